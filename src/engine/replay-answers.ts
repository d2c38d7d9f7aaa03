import type { DeterminismReport } from "../common/determinism-violation.ts";
import type { FailureData } from "../core/activation.ts";
import type { EvictReason, Input } from "../core/input.ts";
import type { FailedTask } from "./answerer.ts";
import type { Answers } from "./driver.ts";
import type { ReplayFailure } from "./protocol.ts";
import type { CachedRun } from "./run-cache.ts";
import { SHARED_SECTION_FILE } from "./source-map.ts";

/** Why a run may leave the cache although its replay went well. */
const HARMLESS: ReadonlySet<EvictReason> = new Set(["ended", "requested", "cacheFull"]);

/** Takes the answer of a run that replays: there is nobody to send it to, only whether it went well counts. */
export class ReplayAnswers implements Answers {
  readonly #mapStack: (stack: string) => string;
  /** Why the replay failed; undefined as long as it goes well. */
  failure: ReplayFailure | undefined = undefined;

  constructor(mapStack: (stack: string) => string) {
    this.#mapStack = mapStack;
  }

  async respond(cached: CachedRun): Promise<undefined> {
    cached.task = undefined;
  }

  async respondQuery(cached: CachedRun): Promise<undefined> {
    cached.task = undefined;
  }

  async respondFailed(cached: CachedRun, failed: FailedTask): Promise<undefined> {
    cached.task = undefined;
    const { failure, conflict } = failed;
    this.#fail(failed.reason?.reason ?? "fatal", failure, conflict);
  }

  drop(cached: CachedRun, why: string, eviction: { readonly reason: EvictReason } | undefined): void {
    cached.task = undefined;
    const reason = eviction?.reason ?? "fatal";
    if (!HARMLESS.has(reason)) this.#fail(reason, { message: why }, undefined);
  }

  async giveUp(cached: CachedRun, failure: FailureData): Promise<Input> {
    cached.task = undefined;
    this.#fail("workflowFailed", failure, undefined);
    return { kind: "evict", reason: "fatal", message: failure.message ?? "" };
  }

  #fail(reason: EvictReason, failure: FailureData, conflict: DeterminismReport | undefined): void {
    const { message = "", stackTrace = "" } = failure;
    const report = conflict === undefined ? undefined : mappedReport(conflict, this.#mapStack);
    this.failure ??= { reason, message, stack: stackTrace, report };
  }
}

/** The report with positions in the user's files. */
export function mappedReport(
  conflict: DeterminismReport,
  mapStack: (stack: string) => string,
): DeterminismReport {
  const { command } = conflict;
  if (command?.stack === undefined) return conflict;
  return { ...conflict, command: { ...command, stack: mappedFrames(command.stack, mapStack) } };
}

/** The frames of user code: those of the workflow runtime, and the line above them, say nothing. */
export function mappedFrames(stack: string, mapStack: (stack: string) => string): string {
  return mapStack(stack)
    .split("\n")
    .filter(
      (line) =>
        /^\s+at /.test(line) && !line.includes(SHARED_SECTION_FILE) && !line.endsWith("(<anonymous>)"),
    )
    .join("\n");
}
