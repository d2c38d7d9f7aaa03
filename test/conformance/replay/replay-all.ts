/**
 * Replays all histories of a folder on the runtime that executes this file, in one process: on workflow threads, as
 * `Worker.runReplayHistories` does, and in the engine that runs inline.
 *
 *   replay-all.ts <folder> <report file>
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { DefaultLogger, Runtime, Worker } from "perdure/worker";
import { InlineReplayer } from "./inline-replayer.ts";
import { type Batch, batchesOf, type ReplayLine, replayLine } from "./replay-bundles.ts";

async function onThreads({ code, options, histories }: Batch): Promise<ReplayLine[]> {
  const lines: ReplayLine[] = [];
  const inputs = histories.map(({ text, workflowId }) => ({ history: text, workflowId }));
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code }, ...options }, inputs))
    lines.push(replayLine("threads", histories[lines.length]!, error?.message));
  return lines;
}

async function inline({ code, options, histories }: Batch): Promise<ReplayLine[]> {
  const replayer = await InlineReplayer.start(code, options);
  const lines: ReplayLine[] = [];
  for (const history of histories)
    lines.push(replayLine("inline", history, await replayer.replay(history.text, history.workflowId)));
  replayer.close();
  return lines;
}

async function main(folder: string, report: string): Promise<void> {
  // Workflows of the scenarios warn and fail on purpose.
  Runtime.install({ logger: new DefaultLogger("ERROR", () => {}) });
  const lines: ReplayLine[] = [];
  for (const batch of await batchesOf(folder))
    lines.push(...(await onThreads(batch)), ...(await inline(batch)));
  writeFileSync(report, JSON.stringify(lines));
}

const [folder, report] = process.argv.slice(2);
if (!folder || !report) throw new Error("replay-all.ts needs a folder of histories and a report file");
await main(folder, report);
process.exit(0);
