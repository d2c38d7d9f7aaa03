/** The two bundles that replay the histories of scenarios, with what their workers are configured with. */
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "perdure/worker";
import { configuredWorker } from "../scenarios/configured.mjs";
import { altered, type BundleName, bundleFor, historiesIn, type ToReplay } from "./recorded-histories.ts";

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

/** The line of a history, of which an engine said why it does not fit. An altered one must not fit. */
export function replayLine(
  engine: ReplayLine["engine"],
  { column, subject, isAltered }: ToReplay,
  why: string | undefined,
): ReplayLine {
  if (isAltered !== true) return { engine, column, subject, error: why };
  return {
    engine,
    column,
    subject,
    error: why === undefined ? "nobody noticed what was altered" : undefined,
  };
}

const { workflowFailureErrorTypes } = configuredWorker as {
  readonly workflowFailureErrorTypes: Readonly<Record<string, readonly string[]>>;
};

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** All histories of a folder, by the bundle that replays them, and an altered one for each bundle. */
export async function batchesOf(folder: string): Promise<readonly Batch[]> {
  const all = await bundleWorkflowCode({ workflowsPath: here("../workflows/mod.ts") });
  const configured = await bundleWorkflowCode({
    workflowsPath: here("../workflows/configured/mod.ts"),
    workflowInterceptorModules: [here("../workflows/configured/interceptors.ts")],
  });
  const histories = historiesIn(folder);
  const of = (name: BundleName): ToReplay[] => {
    const those = histories.filter((history) => bundleFor(history) === name);
    const control = altered(those);
    return control === undefined ? those : [...those, control];
  };
  return [
    { code: all.code, options: {}, histories: of("all") },
    { code: configured.code, options: { workflowFailureErrorTypes }, histories: of("configured") },
  ].filter((batch) => batch.histories.length > 0);
}
