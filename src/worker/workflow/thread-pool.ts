// Invariants
// 1. A message of a thread that was given up is never passed on.
// 2. Messages posted while a thread starts are delivered in order once it is ready.
// 3. A thread that is lost is reported once, then replaced; when the replacement does not start, the worker fails.
// 4. The spare thread, for tasks in quarantine, exists only from the first message to it until it is retired.
import type { FromThread, ThreadInit, ToThread } from "../../engine/protocol.ts";
import type { WorkerPlatform, WorkflowThread } from "../../platform/worker-platform.ts";
import type { Clock } from "../clock.ts";
import { UnexpectedError } from "../errors.ts";
import { Watchdog } from "./watchdog.ts";

/** Why a thread is gone; `taskId` names the task whose activation ran, where the thread told. */
export type ThreadLoss =
  /** One activation took too long. */
  | { readonly kind: "stuck"; readonly taskId: number | undefined }
  | { readonly kind: "died"; readonly taskId: number | undefined; readonly error: Error };

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
  /** A thread is being started, or ended to be started again. */
  starting: boolean;
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
    this.#slots = Array.from({ length: options.size + 1 }, () => ({
      generation: 0,
      starting: false,
      thread: undefined,
      queued: [],
      watchdog: undefined,
      progress: undefined,
    }));
  }

  /** Number of threads for ordinary tasks. */
  get size(): number {
    return this.#options.size;
  }

  /** Index of the spare thread. */
  get spare(): number {
    return this.#options.size;
  }

  /** Starts all threads at once; without it each starts at the first message to it. Rejects with what the bundle throws when it is evaluated. */
  async start(): Promise<void> {
    await Promise.all(this.#slots.slice(0, this.size).map((_, index) => this.#spawn(index)));
  }

  post(index: number, message: ToThread): void {
    const slot = this.#slots[index]!;
    if (slot.thread !== undefined) {
      slot.thread.post(message);
      return;
    }
    slot.queued.push(message);
    if (!slot.starting) void this.#restart(index, undefined);
  }

  /** Ends the spare thread. */
  retireSpare(): void {
    const slot = this.#slots[this.spare]!;
    if (slot.thread === undefined || this.#closed) return;
    const thread = this.#giveUp(slot);
    void this.#restart(this.spare, thread);
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
        const thread = this.#giveUp(slot);
        thread?.post({ kind: "close" });
        await thread?.terminate();
      }),
    );
  }

  async #spawn(index: number): Promise<void> {
    const slot = this.#slots[index]!;
    const generation = slot.generation;
    slot.starting = true;
    const current = (): boolean => slot.generation === generation;
    const progress = newProgress();
    const thread = await this.#options.platform.startThread(
      { ...this.#options.init, threadIndex: index, progress },
      {
        message: (message) => {
          if (!current()) return;
          if (message.kind === "fatal") this.#lose(index, died(slot, fatalError(message)));
          else this.#options.onMessage(index, message);
        },
        died: (error) => {
          if (current()) this.#lose(index, died(slot, error));
        },
      },
    );
    if (!current()) {
      await thread.terminate();
      return;
    }
    slot.thread = thread;
    slot.starting = false;
    this.#guard(index, progress);
    const { queued } = slot;
    slot.queued = [];
    for (const message of queued) thread.post(message);
  }

  #guard(index: number, progress: SharedArrayBuffer | undefined): void {
    const slot = this.#slots[index]!;
    slot.progress = progress === undefined ? undefined : new Int32Array(progress);
    if (slot.progress === undefined || this.#options.activationLimitMs(index) === 0) return;
    slot.watchdog = new Watchdog({
      progress: slot.progress,
      timeoutMs: () => this.#options.activationLimitMs(index),
      clock: this.#options.clock,
      onStuck: () => {
        this.#lose(index, { kind: "stuck", taskId: runningTask(slot) });
      },
    });
    if (slot.queued.length > 0) slot.watchdog.start();
  }

  #lose(index: number, loss: ThreadLoss): void {
    if (this.#closed) return;
    const thread = this.#giveUp(this.#slots[index]!);
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
    // Marked before others hear of it: what they post must wait for the replacement.
    this.#slots[index]!.starting = true;
    this.#options.onLost(index, loss);
    void this.#restart(index, thread);
  }

  /** Nothing that this thread still sends counts. */
  #giveUp(slot: Slot): WorkflowThread | undefined {
    const { thread } = slot;
    slot.generation += 1;
    slot.thread = undefined;
    slot.queued = [];
    slot.watchdog?.stop();
    slot.watchdog = undefined;
    return thread;
  }

  async #restart(index: number, old: WorkflowThread | undefined): Promise<void> {
    const slot = this.#slots[index]!;
    slot.starting = true;
    try {
      await old?.terminate();
      if (this.#closed) return;
      if (index === this.spare && slot.queued.length === 0) slot.starting = false;
      else await this.#spawn(index);
    } catch (error) {
      this.#options.onFatal(new UnexpectedError("A workflow thread could not be started again", error));
    }
  }
}

function died(slot: Slot, error: Error): ThreadLoss {
  return { kind: "died", taskId: runningTask(slot), error };
}

/** The task whose activation runs, by the progress words. */
function runningTask({ progress }: Slot): number | undefined {
  if (progress === undefined || Atomics.load(progress, 0) % 2 === 0) return undefined;
  return Atomics.load(progress, TASK_WORD) || undefined;
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
