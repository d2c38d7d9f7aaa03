// Invariants
// M1. A queue that holds no task, no poll and no poller of the last minutes is forgotten, at the latest when as many others
//     have come as there were.
// M2. A worker that said it shuts down gets nothing more: its polls end empty, those that wait and those that come in the
//     half minute after.
import { failedPrecondition, invalidArgument } from "../rpc/failures.ts";
import type { Wall } from "../time/wall.ts";
import { type Backlog, PRIORITIES } from "./backlog.ts";
import type { Poller, Strays, TaskQueueId, WaitingTask } from "./matching.ts";
import type { SeenPoller } from "./poller-history.ts";
import { TaskQueue, type Waiter } from "./task-queue.ts";

/** Longest a poll waits. */
const POLL_MS = 60_000;
/** A poll answers that much before its caller gives up. */
const TAIL_MS = 1_000;
/** Least time a poll must have. */
const MIN_POLL_MS = 2_000;
/** A sticky queue nobody polled for this long is given up. */
const STICKY_POLLER_MS = 10_000;
/** So long a worker is remembered that shut down: its last polls may still be under way. */
const ENDED_WORKER_MS = 30_000;
/** As many queues are kept without looking for ones to forget. */
const MIN_SWEEP = 64;

/** What is known of a queue. */
export interface TaskQueueFacts {
  /** Newest first. */
  readonly pollers: readonly SeenPoller[];
  readonly backlogCount: number;
  /** How many tasks wait of each priority that has any. */
  readonly backlogByPriority: ReadonlyMap<number, number>;
  /** Age of the oldest task in milliseconds; 0 without tasks. */
  readonly backlogAgeMs: number;
  /** Tasks per second over the last half minute. */
  readonly addRate: number;
  readonly dispatchRate: number;
  /** Tasks per second that may go out; Infinity: no limit. */
  readonly maxTasksPerSecond: number;
  /** Whether tasks wait for that limit now. */
  readonly limited: boolean;
}

/**
 * The task queues: tasks that wait for workers, and workers that wait for tasks.
 *
 * @example
 * ```ts
 * const answering = queues.poll<ActivityTaskAnswer>(id, poller);
 * queues.add(id, task);
 * await answering;
 * ```
 */
export class TaskQueues {
  /** What goes astray on purpose. */
  readonly strays: Strays = { fateOf: undefined };
  readonly #wall: Wall;
  readonly #queues: Map<string, TaskQueue> = new Map();
  /** Workers that shut down → when, oldest first. */
  readonly #ended: Map<string, number> = new Map();
  #sweepAt = MIN_SWEEP;

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  /** Gives a task to the poll that waited longest, or keeps it for the next. */
  add<Answer>(id: TaskQueueId, task: WaitingTask<Answer>): void {
    this.#queue(id).add(task);
  }

  /**
   * Waits for a task.
   *
   * @returns its answer; undefined when none came in time, or the caller left
   * @throws {ServiceFailure} when the caller waits too short a time; what a task throws that cannot be handed out
   */
  async poll<Answer>(id: TaskQueueId, poller: Poller): Promise<Answer | undefined> {
    checkPollTime(poller.call.timeoutMs);
    if (poller.call.signal.aborted) return undefined;
    const queue = this.#queue(id);
    if (this.#hasEnded(id.namespace, poller.workerInstanceKey)) return undefined;
    queue.polled(poller);
    // The engine adds to each queue tasks of one kind of answer only. A poll does not overtake those that wait for the limit.
    if (queue.waiters.size === 0) {
      const answer = queue.next(poller) as Answer | undefined;
      if (answer !== undefined) return answer;
    }
    return this.#wait<Answer>(queue, poller);
  }

  /** Whether somebody polls a queue, or did so within `withinMs`; default the time after which a sticky queue is given up. */
  hasRecentPoller(id: TaskQueueId, withinMs: number = STICKY_POLLER_MS): boolean {
    const queue = this.#queues.get(keyOf(id));
    if (queue === undefined) return false;
    return queue.waiters.size > 0 || queue.pollers.lastMs >= this.#wall.now() - withinMs;
  }

  /** Gives up a queue: polls end empty, tasks are handed back. */
  unload(id: TaskQueueId): readonly WaitingTask<unknown>[] {
    const queue = this.#queues.get(keyOf(id));
    this.#queues.delete(keyOf(id));
    return queue?.unload() ?? [];
  }

  /** Leaves no timer behind: no task goes out for having waited long enough. */
  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  /** Gives up all queues of a namespace: polls end empty, tasks are gone. */
  removeNamespace(namespace: string): void {
    for (const { id } of [...this.#queues.values()]) if (id.namespace === namespace) this.unload(id);
  }

  /** Ends the polls of a worker that shuts down, and those that are still to come. */
  endWorker(namespace: string, workerInstanceKey: string): void {
    const key = workerKey(namespace, workerInstanceKey);
    this.#ended.delete(key);
    this.#ended.set(key, this.#wall.now());
    for (const queue of this.#queues.values()) {
      if (queue.id.namespace !== namespace) continue;
      for (const waiter of queue.waiters) {
        if (waiter.poller.workerInstanceKey === workerInstanceKey) waiter.settle(undefined);
      }
    }
  }

  /** What is known of a queue; undefined: nobody used it lately. */
  facts(id: TaskQueueId): TaskQueueFacts | undefined {
    const queue = this.#queues.get(keyOf(id));
    if (queue === undefined) return undefined;
    const nowMs = this.#wall.now();
    return {
      pollers: queue.pollers.seen(nowMs),
      backlogCount: queue.backlog.size,
      backlogByPriority: byPriority(queue.backlog),
      backlogAgeMs: queue.backlog.ageMs(nowMs),
      addRate: queue.added.rate(nowMs),
      dispatchRate: queue.dispatched.rate(nowMs),
      maxTasksPerSecond: queue.limit.perSecond,
      limited: queue.backlog.size > 0 && queue.limit.waitMs(nowMs) > 0,
    };
  }

  #hasEnded(namespace: string, workerInstanceKey: string): boolean {
    if (this.#ended.size === 0) return false;
    const oldestMs = this.#wall.now() - ENDED_WORKER_MS;
    for (const [key, endedMs] of this.#ended) {
      if (endedMs >= oldestMs) break;
      this.#ended.delete(key);
    }
    return this.#ended.has(workerKey(namespace, workerInstanceKey));
  }

  #queue(id: TaskQueueId): TaskQueue {
    const key = keyOf(id);
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      if (this.#queues.size >= this.#sweepAt) this.#sweep();
      queue = new TaskQueue(id, this.#wall, this.strays);
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #sweep(): void {
    const nowMs = this.#wall.now();
    for (const [key, queue] of this.#queues) {
      const used = queue.waiters.size > 0 || queue.backlog.size > 0 || queue.pollers.seen(nowMs).length > 0;
      if (!used) this.#queues.delete(key);
    }
    this.#sweepAt = Math.max(MIN_SWEEP, 2 * this.#queues.size);
  }

  #wait<Answer>(queue: TaskQueue, poller: Poller): Promise<Answer | undefined> {
    const { signal, timeoutMs } = poller.call;
    const waitMs = Math.min(POLL_MS, (timeoutMs ?? POLL_MS) - TAIL_MS);
    return new Promise((resolve, reject) => {
      const leave = (): void => waiter.settle(undefined);
      const stopTimer = this.#wall.after(waitMs, leave);
      const end = (): void => {
        queue.waiters.delete(waiter);
        queue.pollers.saw(poller, this.#wall.now());
        stopTimer();
        signal.removeEventListener("abort", leave);
      };
      const waiter: Waiter = {
        poller,
        taking: false,
        settle: (answer) => {
          end();
          // As above: one kind of answer per queue.
          resolve(answer as Answer | undefined);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      signal.addEventListener("abort", leave);
      if (signal.aborted) return leave();
      queue.waiters.add(waiter);
      queue.match();
    });
  }
}

function byPriority(backlog: Backlog): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let priority = 1; priority <= PRIORITIES; priority += 1) {
    const size = backlog.sizeOf(priority);
    if (size > 0) counts.set(priority, size);
  }
  return counts;
}

function workerKey(namespace: string, workerInstanceKey: string): string {
  return `${namespace}\n${workerInstanceKey}`;
}

/**
 * Checks how long the caller of a long poll waits.
 *
 * @throws {ServiceFailure} when it does not say, or waits too short a time
 */
export function checkPollTime(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined) throw invalidArgument("Context timeout is not set.");
  if (timeoutMs < MIN_POLL_MS) throw failedPrecondition("Context timeout is too short.");
}

function keyOf(id: TaskQueueId): string {
  return `${id.namespace}\n${id.kind}\n${id.name}`;
}
