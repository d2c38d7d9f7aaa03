// What the programs of this bench share: they measure when told to, by a line of JSON on their input, and answer by one.
//   { operation, count, width } -> { cpuUs } of each, or { error }

import process from "node:process";
import { createInterface } from "node:readline";

/** Answers until the input ends. `operations` by name: functions that do one thing each. */
export async function serve(operations) {
  console.log(JSON.stringify({ operations: Object.keys(operations) }));
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const { operation, count, width } = JSON.parse(line);
      console.log(JSON.stringify({ cpuUs: await measure(operations[operation], count, width) }));
    } catch (error) {
      console.log(JSON.stringify({ error: error?.stack ?? String(error) }));
    }
  }
}

/** CPU of this process, its helper threads included, for each of `count` runs, `width` at a time. */
async function measure(run, count, width) {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await run();
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: width }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

let started = 0;

/** Ids that are all of one length, and the same in a URL. */
export function nextId() {
  return `transports-${String(process.pid).padStart(8, "0")}-${String(started++).padStart(8, "0")}`;
}
