/** The two bundles that replay the histories of scenarios, with what their workers are configured with. */
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "perdure/worker";
import { configuredWorker } from "../scenarios/configured.mjs";
import { type BundleName, bundleFor, historiesIn, type ToReplay } from "./recorded-histories.ts";

/** Histories that one bundle replays. */
export interface Batch {
  readonly code: string;
  readonly options: {
    readonly workflowFailureErrorTypes?: Readonly<Record<string, readonly string[]>>;
  };
  readonly histories: readonly ToReplay[];
}

/** How a replay ended: what reports are made of. */
export interface ReplayLine {
  readonly engine: "threads" | "inline";
  readonly column: string;
  readonly subject: string;
  readonly error?: string | undefined;
}

const { workflowFailureErrorTypes } = configuredWorker as {
  readonly workflowFailureErrorTypes: Readonly<Record<string, readonly string[]>>;
};

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** All histories of a folder, by the bundle that replays them. */
export async function batchesOf(folder: string): Promise<readonly Batch[]> {
  const all = await bundleWorkflowCode({ workflowsPath: here("../workflows/mod.ts") });
  const configured = await bundleWorkflowCode({
    workflowsPath: here("../workflows/configured/mod.ts"),
    workflowInterceptorModules: [here("../workflows/configured/interceptors.ts")],
  });
  const histories = historiesIn(folder);
  const of = (name: BundleName): ToReplay[] => histories.filter((history) => bundleFor(history) === name);
  return [
    { code: all.code, options: {}, histories: of("all") },
    { code: configured.code, options: { workflowFailureErrorTypes }, histories: of("configured") },
  ].filter((batch) => batch.histories.length > 0);
}
