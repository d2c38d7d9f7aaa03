import { WorkflowError } from "../common/determinism-violation.ts";
import { realmSafe } from "../common/realm-safe.ts";
import { isError } from "../common/type-guards.ts";

export { DeterminismViolationError, WorkflowError } from "../common/determinism-violation.ts";

/** A query handler tried to change the workflow: to start a timer or an activity, to cancel a scope, to set a handler. */
export class ReadOnlyContextError extends WorkflowError {
  declare readonly code: "READ_ONLY_CONTEXT";

  static {
    realmSafe(ReadOnlyContextError, "ReadOnlyContextError", "READ_ONLY_CONTEXT");
  }
}

/** A promise of workflow code was rejected and nothing handled it; `cause` is what it was rejected with. */
export class UnhandledRejectionError extends Error {
  declare readonly code: "UNHANDLED_REJECTION";

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    // Where the user's code rejected is what helps, not where the host noticed.
    const frames = /\n\s+at [\s\S]*$/.exec(isError(cause) ? (cause.stack ?? "") : "");
    if (frames) this.stack = `UnhandledRejectionError: ${message}${frames[0]}`;
  }

  static {
    realmSafe(UnhandledRejectionError, "UnhandledRejectionError", "UNHANDLED_REJECTION");
  }
}
