import type { LocalActivityResolution } from "../core/local-activity-jobs.ts";

/** How one scheduling of a local activity ends when the next attempt is left to a timer. Never reaches workflow code. */
export class LocalActivityBackoff extends Error {
  override readonly name: string = "LocalActivityBackoff";
  readonly code = "LOCAL_ACTIVITY_BACKOFF";
  readonly next: Extract<LocalActivityResolution, { kind: "backoff" }>;

  constructor(next: Extract<LocalActivityResolution, { kind: "backoff" }>) {
    super(`The local activity is to be tried again (attempt ${next.attempt}) after a timer`);
    this.next = next;
  }
}
