/**
 * Adds to a package-lock.json the optional packages of other platforms that the registry in use did not list. Without them `npm ci`
 * calls the lockfile out of date, although they would not be installed here. Run after each `npm install`:
 *
 *   npx tsx test/harness/complete-lockfile.ts package-lock.json test/runtimes/package-lock.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "windows",
  "win32",
];
const CPUS: Readonly<Record<string, string>> = {
  aarch64: "arm64",
  arm64: "arm64",
  arm: "arm",
  armv7: "arm",
  ia32: "ia32",
  loong64: "loong64",
  loongarch64: "loong64",
  mips64el: "mips64el",
  powerpc64le: "ppc64",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  wasm32: "wasm32",
  wasm: "wasm32",
  x64: "x64",
};

function entryFor(name: string, version: string, parent: LockEntry): LockEntry {
  const words = name.toLowerCase().split(/[/-]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const cpu =
    words.map((word) => CPUS[word]).find((found) => found !== undefined) ??
    (name.includes("arm-") ? "arm" : undefined);
  const entry: LockEntry = { version, optional: true };
  if (parent.dev) entry.dev = true;
  if (cpu) entry.cpu = [cpu];
  if (system) entry.os = [system === "windows" ? "win32" : system];
  if (words.some((word) => word.startsWith("musl"))) entry.libc = ["musl"];
  if (!entry.os && !entry.cpu) throw new Error(`cannot tell the platform of optional package ${name}`);
  return entry;
}

for (const path of process.argv.slice(2)) {
  const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, LockEntry> };
  const added: string[] = [];
  for (const [place, parent] of Object.entries({ ...lock.packages })) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const known = lock.packages[`node_modules/${name}`] ?? lock.packages[`${place}/node_modules/${name}`];
      if (known || !/^\d/.test(version)) continue;
      const taken = Object.keys(lock.packages).some((key) => key.endsWith(`node_modules/${name}`));
      lock.packages[taken ? `${place}/node_modules/${name}` : `node_modules/${name}`] = entryFor(
        name,
        version,
        parent,
      );
      added.push(name);
    }
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${path}: ${added.length} optional packages added`);
}
