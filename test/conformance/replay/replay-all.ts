/**
 * Replays all histories of a folder on the runtime that executes this file, in one process: on workflow threads, as
 * `Worker.runReplayHistories` does, and in the engine that runs inline.
 *
 *   replay-all.ts <folder> <report file>
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "perdure/worker";
import { configuredWorker } from "../scenarios/configured.mjs";
import { InlineReplayer } from "./inline-replayer.ts";
import { type BundleName, bundleFor, historiesIn, type ToReplay } from "./recorded-histories.ts";

/** How a replay ended: what the report is made of. */
export interface ReplayLine {
  readonly engine: "threads" | "inline";
  readonly column: string;
  readonly subject: string;
  readonly error?: string | undefined;
}

type Bundles = Readonly<Record<BundleName, { readonly code: string }>>;

const { workflowFailureErrorTypes } = configuredWorker as {
  readonly workflowFailureErrorTypes: Readonly<Record<string, readonly string[]>>;
};

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function makeBundles(): Promise<Bundles> {
  return {
    all: await bundleWorkflowCode({ workflowsPath: here("../workflows/mod.ts") }),
    configured: await bundleWorkflowCode({
      workflowsPath: here("../workflows/configured/mod.ts"),
      workflowInterceptorModules: [here("../workflows/configured/interceptors.ts")],
    }),
  };
}

async function onThreads(bundles: Bundles, name: BundleName, of: readonly ToReplay[]): Promise<ReplayLine[]> {
  const lines: ReplayLine[] = [];
  const options = {
    workflowBundle: bundles[name],
    ...(name === "configured" && { workflowFailureErrorTypes }),
  };
  const inputs = of.map(({ text, workflowId }) => ({ history: text, workflowId }));
  for await (const { error } of Worker.runReplayHistories(options, inputs)) {
    const { column, subject } = of[lines.length]!;
    lines.push({ engine: "threads", column, subject, error: error?.message });
  }
  return lines;
}

async function inline(bundles: Bundles, name: BundleName, of: readonly ToReplay[]): Promise<ReplayLine[]> {
  const replayer = await InlineReplayer.start(bundles[name].code, {
    workflowFailureErrorTypes: name === "configured" ? workflowFailureErrorTypes : {},
  });
  const lines: ReplayLine[] = [];
  for (const { column, subject, text, workflowId } of of) {
    lines.push({ engine: "inline", column, subject, error: await replayer.replay(text, workflowId) });
  }
  replayer.close();
  return lines;
}

async function main(folder: string, report: string): Promise<void> {
  // Workflows of the scenarios warn and fail on purpose.
  Runtime.install({ logger: new DefaultLogger("ERROR", () => {}) });
  const bundles = await makeBundles();
  const histories = historiesIn(folder);
  const lines: ReplayLine[] = [];
  for (const name of ["all", "configured"] as const) {
    const of = histories.filter((history) => bundleFor(history) === name);
    lines.push(...(await onThreads(bundles, name, of)), ...(await inline(bundles, name, of)));
  }
  writeFileSync(report, JSON.stringify(lines));
}

const [folder, report] = process.argv.slice(2);
if (!folder || !report) throw new Error("replay-all.ts needs a folder of histories and a report file");
await main(folder, report);
process.exit(0);
