/**
 * As `replay-all.ts`, with the engine inline in workerd.
 *
 *   workerd/main.ts <folder> <report file>
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { batchesOf, type ReplayLine, replayLine } from "../replay-bundles.ts";
import { replayOnWorkerd } from "./on-workerd.ts";

const [folder, report] = process.argv.slice(2);
if (!folder || !report) throw new Error("workerd/main.ts needs a folder of histories and a report file");
const lines: ReplayLine[] = [];
for (const { code, options, histories } of await batchesOf(folder)) {
  const errors = await replayOnWorkerd(code, options, histories);
  lines.push(...histories.map((history, index) => replayLine("inline", history, errors[index])));
}
writeFileSync(report, JSON.stringify(lines));
