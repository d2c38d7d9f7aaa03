/** The worker did not shut down within `shutdownForceTime`; activities or workflow tasks may still run. */
export class GracefulShutdownPeriodExpiredError extends Error {
  override readonly name = "GracefulShutdownPeriodExpiredError";
  readonly code = "GRACEFUL_SHUTDOWN_PERIOD_EXPIRED" as const;
}

/** A fault in the worker itself, or an answer of the server that must not occur. */
export class UnexpectedError extends Error {
  override readonly name = "UnexpectedError";
  readonly code = "UNEXPECTED" as const;

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** The server cannot be reached, or refuses this worker for good. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code = "TRANSPORT" as const;

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Both errors of {@link CombinedWorkerRunError}. */
export interface CombinedWorkerRunErrorCause {
  /** What `run()` rejected with. */
  readonly workerError: unknown;
  /** What the function or promise given to `runUntil` rejected with. */
  readonly innerError: unknown;
}

/** Thrown by `runUntil` when the worker and the given promise both fail. */
export class CombinedWorkerRunError extends Error {
  override readonly name = "CombinedWorkerRunError";
  readonly code = "COMBINED_WORKER_RUN" as const;
  override readonly cause: CombinedWorkerRunErrorCause;

  constructor(message: string, options: { readonly cause: CombinedWorkerRunErrorCause }) {
    super(message);
    this.cause = options.cause;
  }
}

/** Thrown by `runUntil` when the worker stopped and the given promise did not settle in the time allowed. */
export class PromiseCompletionTimeoutError extends Error {
  override readonly name = "PromiseCompletionTimeoutError";
  readonly code = "PROMISE_COMPLETION_TIMEOUT" as const;
}
