import { realmSafe } from "./realm-safe.ts";

/** Base of the errors that the workflow runtime itself throws. */
export class WorkflowError extends Error {
  declare readonly code: string;

  static {
    realmSafe(WorkflowError, "WorkflowError", "WORKFLOW");
  }
}

/** An event of a history, in words. */
export interface ReportedEvent {
  readonly eventId: number;
  /** As people write it: `ActivityTaskScheduled`. */
  readonly type: string;
  /** What it is about: `activity type 'greet', activity id '1'`; empty when there is nothing to name. */
  readonly about: string;
}

/** Where a history and the workflow code part. */
export interface DeterminismReport {
  readonly event: ReportedEvent;
  /** The events around it in order, itself included. */
  readonly neighbours: readonly ReportedEvent[];
  /** The command of the workflow code that met the event; undefined when the code made no further command. */
  readonly command: ReportedCommand | undefined;
}

/** A command of workflow code, in words. */
export interface ReportedCommand {
  readonly description: string;
  /** Where workflow code made it, in the user's own files; undefined where that is not known. */
  readonly stack: string | undefined;
}

/**
 * Workflow code does not fit the history it is replayed with; or it did what cannot be repeated on replay, such as using
 * `WeakRef` or an asynchronous query handler.
 */
export class DeterminismViolationError extends WorkflowError {
  declare readonly code: "DETERMINISM_VIOLATION";
  /** Where history and code part; set by the replayer where it is known. */
  declare readonly report?: DeterminismReport | undefined;

  constructor(
    message?: string,
    options?: ErrorOptions & { readonly report?: DeterminismReport | undefined },
  ) {
    super(message, options);
    if (options?.report !== undefined) this.report = options.report;
  }

  static {
    realmSafe(DeterminismViolationError, "DeterminismViolationError", "DETERMINISM_VIOLATION");
  }
}
