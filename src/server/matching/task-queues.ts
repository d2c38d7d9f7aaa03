// Invariants
// M1. A task is handed out at most once, to a poll that still waits: a poll whose caller left is out before anything else
//     happens.
// M2. Tasks of a smaller priority number go first; within one number first come, first served. Of the polls the one that
//     waited longest goes first.
// M3. What a queue holds no task, no poll and no recent poller for is forgotten.
import { failedPrecondition, invalidArgument } from "../rpc/failures.ts";
import type { Wall } from "../time/wall.ts";
import { Backlog, PRIORITIES } from "./backlog.ts";
import type { Poller, TaskQueueId, WaitingTask } from "./matching.ts";
import { PollerHistory, type SeenPoller } from "./poller-history.ts";

/** Longest a poll waits. */
const POLL_MS = 60_000;
/** A poll answers that much before its caller gives up. */
const TAIL_MS = 1_000;
/** Least time a poll must have. */
const MIN_POLL_MS = 2_000;
/** A sticky queue nobody polled for this long is given up. */
const STICKY_POLLER_MS = 10_000;

interface Waiter {
  readonly poller: Poller;
  readonly settle: (answer: unknown) => void;
  readonly fail: (error: unknown) => void;
}

interface Queue {
  readonly id: TaskQueueId;
  readonly backlog: Backlog;
  readonly waiters: Set<Waiter>;
  readonly pollers: PollerHistory;
}

/** What is known of a queue. */
export interface TaskQueueFacts {
  readonly pollers: readonly SeenPoller[];
  readonly backlogCount: number;
  /** How many tasks wait of each priority that has any. */
  readonly backlogByPriority: ReadonlyMap<number, number>;
  /** Age of the oldest task in milliseconds; 0 without tasks. */
  readonly backlogAgeMs: number;
  /** Tasks per second over the last half minute. */
  readonly addRate: number;
  readonly dispatchRate: number;
}

/** The task queues: tasks that wait for workers, and workers that wait for tasks. */
export class TaskQueues {
  readonly #wall: Wall;
  readonly #queues: Map<string, Queue> = new Map();

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  /** Gives a task to the poll that waited longest, or keeps it for the next. */
  add<Answer>(id: TaskQueueId, task: WaitingTask<Answer>): void {
    const queue = this.#queue(id);
    queue.backlog.count(this.#wall.now());
    for (const waiter of queue.waiters) {
      const answer = take(task, waiter);
      // Stale: nobody wants it any more.
      if (answer === undefined) return;
      queue.waiters.delete(waiter);
      queue.backlog.countDispatch(this.#wall.now());
      answer.settle();
      return;
    }
    queue.backlog.push(task);
  }

  /**
   * Waits for a task.
   *
   * @returns its answer; undefined when none came in time
   * @throws {ServiceFailure} when the caller waits too short a time
   */
  poll<Answer>(id: TaskQueueId, poller: Poller): Promise<Answer | undefined> {
    checkPollTime(poller.call.timeoutMs);
    const queue = this.#queue(id);
    queue.pollers.saw(poller, this.#wall.now());
    for (let task = queue.backlog.shift(); task !== undefined; task = queue.backlog.shift()) {
      const answer = task.take(poller);
      if (answer === undefined) continue;
      queue.backlog.countDispatch(this.#wall.now());
      // The engine adds to each queue tasks of one kind of answer only.
      return Promise.resolve(answer as Answer);
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
    if (queue === undefined) return [];
    this.#queues.delete(keyOf(id));
    for (const waiter of queue.waiters) waiter.settle(undefined);
    const tasks: WaitingTask<unknown>[] = [];
    for (let task = queue.backlog.shift(); task !== undefined; task = queue.backlog.shift()) tasks.push(task);
    return tasks;
  }

  /** Ends the polls of one worker, empty. Gives how many there were. */
  cancelPolls(namespace: string, workerInstanceKey: string): number {
    let cancelled = 0;
    for (const queue of this.#queues.values()) {
      if (queue.id.namespace !== namespace) continue;
      for (const waiter of [...queue.waiters]) {
        if (waiter.poller.workerInstanceKey !== workerInstanceKey) continue;
        waiter.settle(undefined);
        cancelled += 1;
      }
    }
    return cancelled;
  }

  /** What is known of a queue; undefined: nobody ever used it. */
  facts(id: TaskQueueId): TaskQueueFacts | undefined {
    const queue = this.#queues.get(keyOf(id));
    if (queue === undefined) return undefined;
    const nowMs = this.#wall.now();
    return {
      pollers: queue.pollers.seen(nowMs),
      backlogCount: queue.backlog.size,
      backlogByPriority: byPriority(queue.backlog),
      backlogAgeMs: queue.backlog.ageMs(nowMs),
      addRate: queue.backlog.addRate(nowMs),
      dispatchRate: queue.backlog.dispatchRate(nowMs),
    };
  }

  #queue(id: TaskQueueId): Queue {
    const key = keyOf(id);
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = { id, backlog: new Backlog(), waiters: new Set(), pollers: new PollerHistory() };
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #wait<Answer>(queue: Queue, poller: Poller): Promise<Answer | undefined> {
    const { signal, timeoutMs } = poller.call;
    const waitMs = Math.min(POLL_MS, (timeoutMs ?? POLL_MS) - TAIL_MS);
    return new Promise((resolve, reject) => {
      const leave = (): void => waiter.settle(undefined);
      const stopTimer = this.#wall.after(waitMs, leave);
      const end = (): void => {
        queue.waiters.delete(waiter);
        stopTimer();
        signal.removeEventListener("abort", leave);
      };
      const waiter: Waiter = {
        poller,
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
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave);
      queue.waiters.add(waiter);
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

/** Takes a task for a waiting poll. A task that cannot be handed out fails the poll, and is gone. */
function take(task: WaitingTask<unknown>, waiter: Waiter): { settle(): void } | undefined {
  try {
    const answer = task.take(waiter.poller);
    return answer === undefined ? undefined : { settle: () => waiter.settle(answer) };
  } catch (error) {
    return { settle: () => waiter.fail(error) };
  }
}

/** @throws {ServiceFailure} when a poll's caller does not say how long it waits, or waits too short a time */
export function checkPollTime(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined) throw invalidArgument("Context timeout is not set.");
  if (timeoutMs < MIN_POLL_MS) throw failedPrecondition("Context timeout is too short.");
}

function keyOf(id: TaskQueueId): string {
  return `${id.namespace}\n${id.kind}\n${id.name}`;
}
