/** Why an activity was asked to stop; each field defaults to `false`. */
export interface ActivityCancellationDetailsOptions {
  notFound?: boolean | undefined;
  cancelRequested?: boolean | undefined;
  paused?: boolean | undefined;
  timedOut?: boolean | undefined;
  workerShutdown?: boolean | undefined;
  reset?: boolean | undefined;
}

/** Why an activity was asked to stop. Several may hold at a time. */
export class ActivityCancellationDetails {
  /** The server does not know the activity any more. */
  readonly notFound: boolean;
  readonly cancelRequested: boolean;
  readonly paused: boolean;
  readonly timedOut: boolean;
  readonly workerShutdown: boolean;
  readonly reset: boolean;

  constructor(options: ActivityCancellationDetailsOptions = {}) {
    this.notFound = options.notFound ?? false;
    this.cancelRequested = options.cancelRequested ?? false;
    this.paused = options.paused ?? false;
    this.timedOut = options.timedOut ?? false;
    this.workerShutdown = options.workerShutdown ?? false;
    this.reset = options.reset ?? false;
  }
}
