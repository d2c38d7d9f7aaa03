// A small history and a prebuilt bundle, from the start of the process to the end of the replay.

import { Worker } from "SDK/worker";
import { readFileSync } from "node:fs";
import { readHistory } from "./read-history.mjs";

const { BUNDLE, HISTORY, STARTED_AT } = process.env;
const history = readHistory(HISTORY, readFileSync(HISTORY));
await Worker.runReplayHistory({ workflowBundle: { codePath: BUNDLE } }, history, "bench");
console.log(JSON.stringify({ coldMs: performance.timeOrigin + performance.now() - Number(STARTED_AT) }));
process.exit(0);
