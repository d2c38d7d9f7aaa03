/** CPU and memory of a process with all its descendants, from `/proc` (Linux). */
import { readdirSync, readFileSync } from "node:fs";

const TICK_MS = 10;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuTicks: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // Fields after the name: state, parent, …; user and system time of the process itself are the 12th and 13th.
    return { pid, parent: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}

function tree(root: number): Stat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const inside = new Set([root]);
  // Parents have lower places in time, not always lower numbers: repeat until nothing is added.
  for (let size = 0; size !== inside.size; ) {
    size = inside.size;
    for (const { pid, parent } of all) if (inside.has(parent)) inside.add(pid);
  }
  return all.filter(({ pid }) => inside.has(pid));
}

/** CPU milliseconds used so far. Resolution: 10 ms. */
export function cpuMs(root: number): number {
  return tree(root).reduce((sum, { cpuTicks }) => sum + cpuTicks * TICK_MS, 0);
}

/** Resident bytes now. */
export function rssBytes(root: number): number {
  return tree(root).reduce((sum, { pid }) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return sum;
    }
  }, 0);
}
