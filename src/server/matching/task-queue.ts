// Invariants
// Q1. A task is handed out at most once (unless it is to come twice on purpose), to a poll that still waits: a poll whose caller left is out before anything else
//     happens, and one that a task is being made ready for gets no other.
// Q2. Of the polls the one that waited longest goes first. While tasks and polls both wait, the rate limit does too, and a
//     timer runs for it.
import type { Wall } from "../time/wall.ts";
import { Backlog } from "./backlog.ts";
import type { Poller, Strays, TaskQueueId, WaitingTask } from "./matching.ts";
import { PollerHistory } from "./poller-history.ts";
import { RateLimit } from "./rate-limit.ts";
import { RateMeter } from "./rate-meter.ts";

/** A poll that waits. */
export interface Waiter {
  readonly poller: Poller;
  /** A task is being made ready for it. */
  taking: boolean;
  readonly settle: (answer: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** One task queue: tasks that wait for workers, and workers that wait for tasks. */
export class TaskQueue {
  readonly id: TaskQueueId;
  readonly backlog: Backlog = new Backlog();
  readonly waiters: Set<Waiter> = new Set();
  readonly pollers: PollerHistory = new PollerHistory();
  readonly added: RateMeter;
  readonly dispatched: RateMeter;
  readonly limit: RateLimit = new RateLimit();
  readonly #wall: Wall;
  readonly #strays: Strays;
  #stopWaiting: (() => void) | undefined;

  constructor(id: TaskQueueId, wall: Wall, strays: Strays) {
    this.id = id;
    this.#wall = wall;
    this.#strays = strays;
    const nowMs = wall.now();
    this.added = new RateMeter(nowMs);
    this.dispatched = new RateMeter(nowMs);
  }

  add(task: WaitingTask<unknown>): void {
    const nowMs = this.#wall.now();
    this.added.count(nowMs);
    this.backlog.push(task, nowMs);
    this.match();
  }

  /** Notes who polls, and how fast tasks may go out from now on. */
  polled(poller: Poller): void {
    const nowMs = this.#wall.now();
    this.pollers.saw(poller, nowMs);
    if (poller.maxTasksPerSecond !== undefined) this.limit.set(poller.maxTasksPerSecond, nowMs);
  }

  /**
   * The next task that is still wanted, if one may go out now.
   *
   * @throws what a task throws that cannot be handed out; it is gone
   */
  next(poller: Poller): unknown {
    while (this.backlog.size > 0 && this.limit.waitMs(this.#wall.now()) === 0) {
      const task = this.backlog.shift();
      const answer = task?.take(poller);
      if (task === undefined || answer === undefined) continue;
      this.limit.spend();
      this.dispatched.count(this.#wall.now());
      if (this.#strays.fateOf === undefined || this.#arrives(task, answer)) return answer;
    }
    return undefined;
  }

  /** Hands tasks to polls for as long as there are both. */
  match(): void {
    for (const waiter of this.waiters) {
      if (this.backlog.size === 0) return;
      if (waiter.taking) continue;
      if (this.#serve(waiter)) continue;
      this.#waitForLimit();
      return;
    }
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#stopWaiting?.();
    // What may come yet does not wait either.
    this.#stopWaiting = () => {};
  }

  /** The queue is given up: polls end empty, tasks are handed back. */
  unload(): readonly WaitingTask<unknown>[] {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    for (const waiter of this.waiters) waiter.settle(undefined);
    return this.backlog.takeAll();
  }

  /** Whether a task that was handed out gets to its worker. */
  #arrives({ priority, addedMs }: WaitingTask<unknown>, answer: unknown): boolean {
    // Every answer is a message.
    const fate = this.#strays.fateOf?.(this.id, answer as object);
    if (fate === "repeated") this.backlog.push({ priority, addedMs, take: () => answer }, this.#wall.now());
    return fate !== "lost";
  }

  /** False: it goes on waiting. */
  #serve(waiter: Waiter): boolean {
    waiter.taking = true;
    try {
      const answer = this.next(waiter.poller);
      if (answer !== undefined) waiter.settle(answer);
      return answer !== undefined;
    } catch (error) {
      waiter.fail(error);
      return true;
    } finally {
      waiter.taking = false;
    }
  }

  #waitForLimit(): void {
    if (this.backlog.size === 0 || this.#stopWaiting !== undefined) return;
    const waitMs = this.limit.waitMs(this.#wall.now());
    // At rate 0 the next poll that gives another rate goes on.
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.#stopWaiting = this.#wall.after(waitMs, () => {
      this.#stopWaiting = undefined;
      this.match();
    });
  }
}
