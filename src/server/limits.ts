/** The real server's limits and timings, with its defaults. Sizes in bytes, times in milliseconds. */
export const DEFAULT_TASK_TIMEOUT_MS = 10_000;
export const MAX_TASK_TIMEOUT_MS = 120_000;
export const TASK_HEARTBEAT_TIMEOUT_MS: number = 30 * 60_000;
export const SPECULATIVE_SCHEDULE_TO_START_MS = 5_000;
export const CONTINUE_AS_NEW_MIN_INTERVAL_MS = 1_000;
export const MAX_BLOB_BYTES: number = 2 * 1024 * 1024;
export const MAX_MEMO_BYTES: number = 2 * 1024 * 1024;
/** From here on the real server takes it and warns. */
export const BLOB_WARNING_BYTES: number = 512 * 1024;
export const MEMO_WARNING_BYTES: number = 2 * 1024;
export const HISTORY_WARNING_BYTES: number = 10 * 1024 * 1024;
export const HISTORY_WARNING_EVENTS = 10_240;
export const STATE_WARNING_BYTES: number = 1024 * 1024;
export const MAX_ID_BYTES = 1_000;
export const MAX_BUILD_ID_BYTES = 255;
/** Events that a worker has to see again when a task of which nothing is kept is forgotten: at most so many. */
export const MAX_DISCARDED_EVENTS = 10;
/** While its workflow task fails for the so many-th time, a run takes no updates and answers no queries. */
export const FAILING_TASK_ATTEMPTS = 3;
/** Without a poller for so long, a query's caller is told so instead of timing out. */
export const QUERY_POLLER_WINDOW_MS = 20_000;
export const MAX_BUFFERED_QUERIES = 1;
/** What of a failure is kept while its activity waits for another attempt. */
export const MAX_RETRIED_FAILURE_BYTES: number = 4 * 1024;
/** To what a failure of an activity is cut that is larger than the server takes. */
export const CUT_FAILURE_BYTES: number = 512 * 1024;
/** A page of a history has so many batches at most: what one change wrote is one. */
export const HISTORY_PAGE_BATCHES = 256;
export const LONG_POLL_MS = 20_000;
export const LONG_POLL_TAIL_MS = 1_000;

/** Timers of runtimes count no further: beyond it they fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** How much one run may have. */
export interface RunLimits {
  readonly historyEvents: number;
  readonly historyBytes: number;
  /** From here on workers are told that continuing as new would be wise. */
  readonly suggestedEvents: number;
  readonly suggestedBytes: number;
  /** While a workflow task is under way, so much waits for its end at most; more fails the task. */
  readonly bufferedEvents: number;
  readonly bufferedBytes: number;
  /** What a run may hold besides its history: memo, details of heartbeats, what waits in its buffer. */
  readonly stateBytes: number;
  /** Activities, children, signals to and cancel requests of other workflows: of each so many under way. */
  readonly pending: number;
  readonly signals: number;
  readonly updatesInFlight: number;
  readonly updatesInFlightBytes: number;
  readonly updates: number;
}

/** Those of the real server. */
export const RUN_LIMITS: RunLimits = {
  historyEvents: 51_200,
  historyBytes: 50 * 1024 * 1024,
  suggestedEvents: 4_096,
  suggestedBytes: 4 * 1024 * 1024,
  bufferedEvents: 100,
  bufferedBytes: 2 * 1024 * 1024,
  stateBytes: 8 * 1024 * 1024,
  pending: 2_000,
  signals: 10_000,
  updatesInFlight: 10,
  updatesInFlightBytes: 20 * 1024 * 1024,
  updates: 2_000,
};

/** Of the updates that a run may have, the share from which on continuing as new is suggested. */
export const SUGGESTED_UPDATES_SHARE = 0.9;
