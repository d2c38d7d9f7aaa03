// Replays one history several times in one worker, after a warm-up, and prints what the last times took.
//   BUNDLE, WARM_UP (history), HISTORY, REPEAT

import { DefaultLogger, Runtime, Worker } from "SDK/worker";
import { readFileSync } from "node:fs";
import process from "node:process";
import { readHistory } from "./read-history.mjs";

const { BUNDLE, WARM_UP, HISTORY, REPEAT = "2" } = process.env;
Runtime.install({ logger: new DefaultLogger("ERROR") });
const warmUps = WARM_UP === "" ? [] : [WARM_UP, WARM_UP, WARM_UP];
const files = [...warmUps, ...Array(Number(REPEAT)).fill(HISTORY)];
const bytes = new Map([...new Set(files)].map((file) => [file, readFileSync(file)]));
let free = () => {};
let mark = process.cpuUsage();
let since = 0;
const times = [];
const walls = [];

async function* oneAfterTheOther() {
  for (const file of files) {
    const done = new Promise((resolve) => {
      free = resolve;
    });
    mark = process.cpuUsage();
    since = performance.now();
    yield { workflowId: "bench", history: readHistory(file, bytes.get(file)) };
    await done;
  }
}

const options = { workflowBundle: { codePath: BUNDLE }, workflowThreadPoolSize: 1 };
for await (const { error } of Worker.runReplayHistories(options, oneAfterTheOther())) {
  if (error) throw error;
  const { user, system } = process.cpuUsage(mark);
  times.push((user + system) / 1000);
  walls.push(performance.now() - since);
  free();
}
const mean = (all) => all.slice(warmUps.length).reduce((sum, ms) => sum + ms, 0) / Number(REPEAT);
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ cpuMs: mean(times), wallMs: mean(walls), peakMib: maxRSS / 1024 }));
process.exit(0);
