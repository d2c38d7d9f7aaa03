/**
 * Replays histories recorded under Perdure with the official SDK: what Perdure wrote must be readable by it.
 *
 *   node test/interop/replay-perdure-histories.mjs <folder>
 *
 * The folder holds histories as proto3 JSON (`*.json`) of the conformance workflows. Prints `N passed, N failed, 0 skipped`;
 * fails if one fails or there are none.
 */
import { quietRuntime } from "./lib/quiet-runtime.mjs";
import { replayAndReport } from "./lib/replay.mjs";

const folder = process.argv[2];
if (!folder) throw new Error("which folder? node test/interop/replay-perdure-histories.mjs <folder>");
quietRuntime();
await replayAndReport(folder);
