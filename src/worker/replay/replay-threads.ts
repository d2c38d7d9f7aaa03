// Invariants
// 1. A thread replays one history at a time, so when it hangs or dies the culprit is known; what it does for nobody ends.
// 2. Each replay is settled exactly once: by its thread, by the loss of its thread, or by `close`.
// 3. Threads start when there is work for them, and not before.
// 4. A history whose code does not yield is looked at once more, in the spare thread and under the profiler: a thread that ran the loop
//    before would not show it. Each second look has a thread of its own, and there is one at a time.
import { deadlockMessage, isDeadlock } from "../../engine/deadlock.ts";
import {
  type FromThread,
  type ReplayFailure,
  secondLookMs,
  type ToThread,
  type WireHistory,
} from "../../engine/protocol.ts";
import { type ThreadLoss, ThreadPool, type ThreadPoolOptions } from "../workflow/thread-pool.ts";

/** What replaying on threads takes. */
export interface ReplayThreadsOptions
  extends Omit<ThreadPoolOptions, "onMessage" | "onLost" | "onFatal" | "activationLimitMs"> {
  /** Carries out what a thread asks of the main thread; undefined for what needs no answer. */
  readonly answer: (message: FromThread) => Promise<ToThread> | undefined;
}

/** What a thread says of a history. */
export interface Replayed {
  readonly runId: string;
  readonly workflowType: string;
  readonly events: number;
  readonly failure?: ReplayFailure | undefined;
}

interface Job {
  readonly taskId: number;
  readonly workflowId: string;
  readonly history: WireHistory;
  readonly resolve: (replayed: Replayed) => void;
  readonly reject: (error: unknown) => void;
}

/** Workflow threads that replay. */
export class ReplayThreads {
  readonly #pool: ThreadPool;
  readonly #options: ReplayThreadsOptions;
  readonly #waiting: Job[] = [];
  /** Those that hung, and wait for the spare thread. */
  readonly #hung: Job[] = [];
  /** By thread, the spare one last: what it replays. */
  readonly #running: (Job | undefined)[];
  #lastTask = 0;
  #fatal: unknown;

  constructor(options: ReplayThreadsOptions) {
    const { deadlockTimeoutMs } = options.init.worker;
    this.#options = options;
    this.#running = new Array<Job | undefined>(options.size + 1).fill(undefined);
    this.#pool = new ThreadPool({
      ...options,
      onMessage: (index, message) => this.#receive(index, message),
      onLost: (index, loss) => this.#lost(index, loss),
      onFatal: (error) => this.#fail(error),
      // The engine ends a second look itself; whoever watches only stands behind it.
      activationLimitMs: (index) =>
        index < options.size ? deadlockTimeoutMs : 2 * secondLookMs({ deadlockTimeoutMs }),
    });
  }

  /** Resolves with what came of it. Rejects only when no thread can be had. */
  replay(workflowId: string, history: WireHistory): Promise<Replayed> {
    return new Promise((resolve, reject) => {
      if (this.#fatal !== undefined) {
        reject(this.#fatal);
        return;
      }
      this.#waiting.push({ taskId: ++this.#lastTask, workflowId, history, resolve, reject });
      this.#next();
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #next(): void {
    const { spare } = this.#pool;
    while (this.#waiting.length > 0) {
      const index = this.#running.indexOf(undefined);
      if (index < 0 || index === spare) break;
      this.#begin(index, this.#waiting.shift()!);
    }
    if (this.#hung.length > 0 && this.#running[spare] === undefined) this.#begin(spare, this.#hung.shift()!);
  }

  #begin(index: number, job: Job): void {
    this.#running[index] = job;
    const { taskId, workflowId, history } = job;
    const secondLook = index === this.#pool.spare;
    this.#pool.post(index, { kind: "replay", taskId, workflowId, history, secondLook });
    this.#pool.watch(index, true);
  }

  #receive(index: number, message: FromThread): void {
    if (message.kind === "replayed") {
      this.#pool.noteProgress();
      this.#settle(index, message);
      return;
    }
    const generation = this.#pool.generation(index);
    void this.#options.answer(message)?.then((reply) => {
      if (generation === this.#pool.generation(index)) this.#pool.post(index, reply);
    });
  }

  #settle(index: number, replayed: Replayed): void {
    const job = this.#running[index];
    this.#running[index] = undefined;
    this.#pool.watch(index, false);
    if (index === this.#pool.spare) this.#pool.retireSpare();
    else if (job !== undefined && isHung(replayed)) {
      this.#hung.push(job);
      this.#next();
      return;
    }
    job?.resolve(replayed);
    this.#next();
  }

  #lost(index: number, loss: ThreadLoss): void {
    const { deadlockTimeoutMs } = this.#options.init.worker;
    const message =
      loss.kind === "stuck"
        ? deadlockMessage(deadlockTimeoutMs)
        : `The workflow thread died while it replayed this history: ${loss.error.message}`;
    const reason = loss.kind === "stuck" ? "workflowFailed" : "threadLost";
    // A thread that was lost is no sign against the others: each history is given to one thread only.
    this.#pool.noteProgress();
    this.#settle(index, { runId: "", workflowType: "", events: 0, failure: { reason, message, stack: "" } });
  }

  #fail(error: unknown): void {
    this.#fatal = error;
    const open = [...this.#running.filter((job) => job !== undefined), ...this.#waiting, ...this.#hung];
    this.#running.fill(undefined);
    this.#waiting.length = 0;
    this.#hung.length = 0;
    for (const { reject } of open) reject(error);
  }
}

/** The code did not yield, whoever stopped it. */
function isHung({ failure }: Replayed): boolean {
  return failure?.reason === "workflowFailed" && isDeadlock(failure.message);
}
