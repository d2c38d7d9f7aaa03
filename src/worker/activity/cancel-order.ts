/** Why an activity is cancelled; also the message of the CancelledFailure that it sees. */
export type CancelReason =
  | "NOT_FOUND"
  | "CANCELLED"
  | "TIMED_OUT"
  | "WORKER_SHUTDOWN"
  | "PAUSED"
  | "RESET"
  | "HEARTBEAT_DETAILS_CONVERSION_FAILED";

/** A cancellation on its way to an activity. */
export interface CancelOrder {
  readonly reason: CancelReason;
  readonly details: {
    readonly notFound?: boolean;
    readonly cancelRequested?: boolean;
    readonly paused?: boolean;
    readonly timedOut?: boolean;
    readonly workerShutdown?: boolean;
    readonly reset?: boolean;
  };
}
