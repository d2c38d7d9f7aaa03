/**
 * Replays histories recorded under Perdure with the official SDK: what Perdure wrote must be readable by it.
 *
 *   node test/interop/replay-perdure-histories.mjs <folder>
 *
 * The folder holds a folder for each column of the conformance table, with histories as proto3 JSON (`*.json`). Prints `N passed, N failed, 0 skipped`;
 * fails if one fails or there are none.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { quietRuntime } from "./lib/quiet-runtime.mjs";
import { replayAndReport } from "./lib/replay.mjs";

const folder = process.argv[2];
if (!folder) throw new Error("which folder? node test/interop/replay-perdure-histories.mjs <folder>");
quietRuntime();
const columns = await readdir(folder);
await replayAndReport(...columns.map((column) => join(folder, column)));
