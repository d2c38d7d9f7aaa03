import type { LocalActivityResolution, MarkerTime } from "../core/local-activity-jobs.ts";

/** The next attempt of a local activity. */
export interface DoBackoff {
  /** Its number, from 1. */
  readonly attempt: number;
  /** How long the timer before it takes. */
  readonly backoffDuration: { readonly seconds: number; readonly nanos: number };
  /** When the first attempt was scheduled. */
  readonly originalScheduleTime: MarkerTime | undefined;
}

/**
 * How one scheduling of a local activity ends when the next attempt is left to a timer. Of workflow code only interceptors of
 * `scheduleLocalActivity` see it; they let it pass.
 */
export class LocalActivityBackoff extends Error {
  override readonly name: string = "LocalActivityDoBackoff";
  readonly code = "LOCAL_ACTIVITY_BACKOFF";
  readonly backoff: DoBackoff;

  constructor(next: Extract<LocalActivityResolution, { kind: "backoff" }>) {
    super(`The local activity is to be tried again (attempt ${next.attempt}) after a timer`);
    const { attempt, backoff, originalScheduleTime } = next;
    this.backoff = { attempt, backoffDuration: backoff, originalScheduleTime };
  }
}
