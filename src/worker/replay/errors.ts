import { type DeterminismReport, DeterminismViolationError } from "../../common/determinism-violation.ts";
import { realmSafe } from "../../common/realm-safe.ts";
import { isDeadlock } from "../../engine/deadlock.ts";
import type { ReplayFailure } from "../../engine/protocol.ts";

/**
 * Why a replay failed, other than that history and code differ.
 *
 * - `workflowTaskFailed`: workflow code threw what fails its task, not the workflow.
 * - `badHistory`: the history cannot be read, or no server writes such a history.
 * - `deadlock`: workflow code did not yield in time.
 * - `threadLost`: the workflow thread died, out of memory for example.
 */
export type ReplayErrorReason = "workflowTaskFailed" | "badHistory" | "deadlock" | "threadLost";

/** A history could not be replayed to its end. */
export class ReplayError extends Error {
  declare readonly code: "REPLAY";
  readonly reason: ReplayErrorReason;
  /** Where in history it came up, where that is known. */
  readonly report: DeterminismReport | undefined;

  constructor(
    message: string,
    of: { readonly reason: ReplayErrorReason; readonly report?: DeterminismReport | undefined },
  ) {
    super(message);
    this.reason = of.reason;
    this.report = of.report;
  }

  static {
    realmSafe(ReplayError, "ReplayError", "REPLAY");
  }
}

/** How the replay of one history ended. */
export interface ReplayResult {
  readonly workflowId: string;
  /** The first run id of the workflow, as the start of its history tells it; empty when that cannot be read. */
  readonly runId: string;
  /** Empty when it cannot be read. */
  readonly workflowType: string;
  /** How many events the history has. */
  readonly events: number;
  /** Absent when history and code agree. */
  readonly error?: ReplayError | DeterminismViolationError | undefined;
}

/** The error of a failed replay, as the official SDK classifies it. */
export function replayError(failure: ReplayFailure): ReplayError | DeterminismViolationError {
  const { reason, message, stack, report } = failure;
  if (reason === "nondeterminism") {
    return new DeterminismViolationError(
      `Replay failed with a nondeterminism error. This means that the workflow code as written is not compatible with the history that was fed in. Details: ${message}${reportText(report)}`,
      { report },
    );
  }
  if (reason === "workflowFailed") {
    const trace = stack === "" ? "" : `\n${stack}`;
    return new ReplayError(`Replay failed due to workflow task failure. Details: ${message}${trace}`, {
      reason: isDeadlock(message) ? "deadlock" : "workflowTaskFailed",
    });
  }
  if (reason === "threadLost") return new ReplayError(`Replay failed. Details: ${message}`, { reason });
  const what =
    reason === "badHistory"
      ? "The history cannot be replayed"
      : "Replay failed: the history is not one that a server writes";
  return new ReplayError(`${what}. Details: ${message}${reportText(report)}`, {
    reason: "badHistory",
    report,
  });
}

/**
 * A report as text, several lines; empty without one.
 *
 * @example
 * ```ts
 * console.error(reportText(error.report));
 * ```
 */
export function reportText(report: DeterminismReport | undefined): string {
  if (report === undefined) return "";
  const { event, neighbours, command } = report;
  const lines = ["", "  history around the event:"];
  for (const one of neighbours) {
    const mark = one.eventId === event.eventId ? ">" : " ";
    lines.push(`  ${mark} ${one.eventId} ${one.type}${one.about === "" ? "" : `: ${one.about}`}`);
  }
  if (command === undefined) {
    lines.push("  workflow code: made no further command");
  } else {
    lines.push(`  workflow code: ${command.description}`);
    if (command.stack) lines.push(command.stack);
  }
  return lines.join("\n");
}
