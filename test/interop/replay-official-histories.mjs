/** Proves the recorded histories sound: the official SDK replays its own. `node test/interop/replay-official-histories.mjs` */
import { historiesFolder } from "./lib/paths.mjs";
import { quietRuntime } from "./lib/quiet-runtime.mjs";
import { replayAndReport } from "./lib/replay.mjs";

quietRuntime();
await replayAndReport(historiesFolder);
