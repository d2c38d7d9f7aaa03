import type { ServerCall } from "../rpc/call.ts";

/** Which of the two lists of a task queue. */
export type TaskQueueKind = "workflow" | "activity";

/** A task queue. A sticky one has the worker's own name, and lives as long as somebody polls it. */
export interface TaskQueueId {
  readonly namespace: string;
  readonly name: string;
  readonly kind: TaskQueueKind;
}

/**
 * A task waiting for a worker. Whether it is still wanted is asked when it is handed out: `take` gives the poll's answer,
 * or undefined when the task is stale, and then the poll goes on waiting.
 */
export interface WaitingTask<Answer> {
  readonly priority: number;
  /** Milliseconds since the epoch, for the age of the backlog. */
  readonly addedMs: number;
  take(poller: Poller): Answer | undefined;
}

/** What becomes of a task on its way to a worker, on purpose: it gets there never, or twice. */
export type Fate = "lost" | "repeated";

/** Tasks that go astray on purpose. */
export interface Strays {
  /**
   * Asked for each task that is handed out; undefined (and what it gives then): tasks get where they should. While it is set,
   * nothing is handed out eagerly: what starts goes through the queues.
   */
  fateOf: ((id: TaskQueueId, answer: object) => Fate | undefined) | undefined;
}

/** Who polls. */
export interface Poller {
  readonly identity: string;
  readonly workerInstanceKey: string;
  readonly call: ServerCall;
  /** `deploymentOptions` of the poll, as they came: versions of workers are not here, so they change nothing. */
  readonly deploymentName: string | undefined;
  readonly buildId: string | undefined;
  /** How many tasks per second the whole queue may hand out, as this poll wants it; undefined: it does not say. */
  readonly maxTasksPerSecond?: number | undefined;
}
