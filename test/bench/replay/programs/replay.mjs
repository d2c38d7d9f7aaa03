// Replays one history several times in one worker, after a warm-up, and prints what the last times took.
//   BUNDLE, WARM_UP (history), HISTORY, REPEAT

import { DefaultLogger, Runtime, Worker } from "SDK/worker";
import { readFileSync } from "node:fs";
import { readHistory } from "./read-history.mjs";

const { BUNDLE, WARM_UP, HISTORY, REPEAT = "2" } = process.env;
Runtime.install({ logger: new DefaultLogger("ERROR") });
const warmUps = WARM_UP === "" ? [] : [WARM_UP, WARM_UP, WARM_UP];
const files = [...warmUps, ...Array(Number(REPEAT)).fill(HISTORY)];
const bytes = new Map([...new Set(files)].map((file) => [file, readFileSync(file)]));
let free = () => {};
let mark = process.cpuUsage();
const times = [];

async function* oneAfterTheOther() {
  for (const file of files) {
    const done = new Promise((resolve) => {
      free = resolve;
    });
    mark = process.cpuUsage();
    yield { workflowId: "bench", history: readHistory(file, bytes.get(file)) };
    await done;
  }
}

const options = { workflowBundle: { codePath: BUNDLE }, workflowThreadPoolSize: 1 };
for await (const { error } of Worker.runReplayHistories(options, oneAfterTheOther())) {
  if (error) throw error;
  const { user, system } = process.cpuUsage(mark);
  times.push((user + system) / 1000);
  free();
}
const measured = times.slice(warmUps.length);
const cpuMs = measured.reduce((sum, ms) => sum + ms, 0) / measured.length;
console.log(JSON.stringify({ cpuMs, peakMib: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
