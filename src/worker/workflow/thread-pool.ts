// Invariants
// 1. A message of a thread that was given up is never passed on.
// 2. Messages posted while a thread starts are delivered in order once it is ready.
// 3. A thread that is lost is reported once, then replaced; when the replacement does not start, the worker fails.
import type { FromThread, ThreadInit, ToThread } from "../../engine/protocol.ts";
import type { WorkerPlatform, WorkflowThread } from "../../platform/worker-platform.ts";
import type { Clock } from "../clock.ts";
import { UnexpectedError } from "../errors.ts";
import { Watchdog } from "./watchdog.ts";

/** Why a thread is gone. */
export type ThreadLoss =
  /** One activation took too long. `taskId` where the thread told which. */
  | { readonly kind: "stuck"; readonly taskId: number | undefined }
  | { readonly kind: "died"; readonly error: Error };

/** What a pool of threads takes. */
export interface ThreadPoolOptions {
  readonly size: number;
  /** `init` without what differs from thread to thread. */
  readonly init: Omit<ThreadInit, "threadIndex" | "progress">;
  readonly platform: Pick<WorkerPlatform, "startThread">;
  readonly clock: Clock;
  readonly onMessage: (index: number, message: FromThread) => void;
  /** Called before the replacement starts; tasks of the lost thread may be posted again at once. */
  readonly onLost: (index: number, loss: ThreadLoss) => void;
  /** No thread can be had any more. */
  readonly onFatal: (error: unknown) => void;
  /** Milliseconds one activation may take in this thread now. */
  readonly activationLimitMs: (index: number) => number;
}

/** Words of the progress memory. */
const PROGRESS_WORDS = 4;
/** Word that holds the id of the task whose activation runs; 0 when the engine does not tell. */
const TASK_WORD = 1;
/** Losses in a row, without a completed task between, after which the worker gives up. */
const MAX_LOSSES = 10;

interface Slot {
  generation: number;
  thread: WorkflowThread | undefined;
  queued: ToThread[];
  watchdog: Watchdog | undefined;
  progress: Int32Array | undefined;
}

/** The workflow threads of a worker. */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #slots: Slot[];
  #losses = 0;
  #closed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.size }, () => ({
      generation: 0,
      thread: undefined,
      queued: [],
      watchdog: undefined,
      progress: undefined,
    }));
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Starts all threads. Rejects with what the bundle throws when it is evaluated. */
  async start(): Promise<void> {
    await Promise.all(this.#slots.map((_, index) => this.#spawn(index)));
  }

  post(index: number, message: ToThread): void {
    const slot = this.#slots[index]!;
    if (slot.thread === undefined) slot.queued.push(message);
    else slot.thread.post(message);
  }

  /** Which life of the thread this is: changes when it is replaced. */
  generation(index: number): number {
    return this.#slots[index]!.generation;
  }

  /** A task was completed: threads work. */
  noteProgress(): void {
    this.#losses = 0;
  }

  /** Looks after a thread while it has tasks. */
  watch(index: number, busy: boolean): void {
    const watchdog = this.#slots[index]!.watchdog;
    if (busy) watchdog?.start();
    else watchdog?.stop();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(
      this.#slots.map(async (slot) => {
        slot.generation += 1;
        slot.watchdog?.stop();
        const { thread } = slot;
        slot.thread = undefined;
        thread?.post({ kind: "close" });
        await thread?.terminate();
      }),
    );
  }

  async #spawn(index: number): Promise<void> {
    const slot = this.#slots[index]!;
    const generation = slot.generation;
    const current = (): boolean => slot.generation === generation;
    const progress = newProgress();
    const thread = await this.#options.platform.startThread(
      { ...this.#options.init, threadIndex: index, progress },
      {
        message: (message) => {
          if (!current()) return;
          if (message.kind === "fatal") this.#lose(index, { kind: "died", error: fatalError(message) });
          else this.#options.onMessage(index, message);
        },
        died: (error) => {
          if (current()) this.#lose(index, { kind: "died", error });
        },
      },
    );
    if (!current()) {
      await thread.terminate();
      return;
    }
    slot.thread = thread;
    this.#guard(index, progress);
    const { queued } = slot;
    slot.queued = [];
    for (const message of queued) thread.post(message);
  }

  #guard(index: number, progress: SharedArrayBuffer | undefined): void {
    const slot = this.#slots[index]!;
    if (progress === undefined || this.#options.activationLimitMs(index) === 0) return;
    slot.progress = new Int32Array(progress);
    slot.watchdog = new Watchdog({
      progress: slot.progress,
      timeoutMs: () => this.#options.activationLimitMs(index),
      clock: this.#options.clock,
      onStuck: () => {
        const taskId = slot.progress === undefined ? 0 : Atomics.load(slot.progress, TASK_WORD);
        this.#lose(index, { kind: "stuck", taskId: taskId === 0 ? undefined : taskId });
      },
    });
    if (slot.queued.length > 0) slot.watchdog.start();
  }

  #lose(index: number, loss: ThreadLoss): void {
    if (this.#closed) return;
    const slot = this.#slots[index]!;
    const { thread } = slot;
    slot.generation += 1;
    slot.thread = undefined;
    slot.queued = [];
    slot.watchdog?.stop();
    slot.watchdog = undefined;
    this.#losses += 1;
    if (this.#losses > MAX_LOSSES) {
      const cause = loss.kind === "died" ? loss.error : undefined;
      this.#options.onFatal(
        new UnexpectedError(
          `Workflow threads were lost ${this.#losses} times without completing a task`,
          cause,
        ),
      );
      return;
    }
    this.#options.onLost(index, loss);
    void (async () => {
      try {
        await thread?.terminate();
        if (!this.#closed) await this.#spawn(index);
      } catch (error) {
        this.#options.onFatal(new UnexpectedError("A workflow thread could not be started again", error));
      }
    })();
  }
}

function newProgress(): SharedArrayBuffer | undefined {
  // Absent in browsers without isolation; there the thread cannot be watched.
  if (typeof SharedArrayBuffer === "undefined") return undefined;
  return new SharedArrayBuffer(PROGRESS_WORDS * Int32Array.BYTES_PER_ELEMENT);
}

function fatalError(message: { readonly message: string; readonly stack: string }): Error {
  const error = new UnexpectedError(`Workflow thread failed: ${message.message}`);
  error.stack = message.stack;
  return error;
}
