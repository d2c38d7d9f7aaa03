/**
 * A group of events of one workflow: the web UI and the CLI show what belongs to it together. Made by `createEventGroup`.
 * Experimental, as in the official SDK.
 */
export interface EventGroupMarker {
  /** Calls `fn`: all that it asks for, now and after each `await`, belongs to the group. */
  withScope<T>(fn: () => Promise<T>): Promise<T>;
}
