// Invariants
// 1. Each accepted task keeps its slot until it is answered, dropped or replaced; a task that comes with an answer
//    inherits the slot of the answered one.
// 2. A run has at most one task in its thread; the others wait in its queue.
// 3. What a lost thread was doing is delivered again, except answers that were already on their way to the server. What
//    hung it is failed at once; its run, and what may have killed it, goes on in quarantine, in the spare thread.
// 4. `idle` resolves only when no task is left.

import type { Logger } from "../../common/logger.ts";
import { isDeadlock } from "../../engine/deadlock.ts";
import { type FromThread, secondLookMs } from "../../engine/protocol.ts";
import { encodeRespondWorkflowTaskCompletedRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { ShortLivedMap } from "../../platform/short-lived-map.ts";
import type { LocalActivityTasks } from "../activity/local-activity-tasks.ts";
import type { Clock } from "../clock.ts";
import { UnexpectedError } from "../errors.ts";
import type { WorkerService } from "../service.ts";
import type { SlotPermit } from "../slots/supplier.ts";
import { type CompletedAnswer, type PeekedTask, peekTask } from "./peek.ts";
import { Quarantine } from "./quarantine.ts";
import { type Answered, type Completion, WorkflowResponder } from "./responder.ts";
import { type HeldTask, RunQueue } from "./run-queue.ts";
import { ThreadLoads } from "./thread-loads.ts";
import type { ThreadLoss, ThreadPool } from "./thread-pool.ts";

/** Activities that start as part of a workflow task's answer. */
export interface EagerActivities {
  /** Most slots granted to one workflow task; 0 turns eager starts off. */
  readonly maxPerTask: number;
  readonly tryReserve: () => SlotPermit | undefined;
  readonly run: (task: Uint8Array, permit: SlotPermit) => void;
}

/** What handling workflow tasks takes. */
export interface WorkflowTasksOptions {
  readonly pool: Pick<
    ThreadPool,
    "post" | "size" | "spare" | "generation" | "noteProgress" | "watch" | "retireSpare"
  >;
  readonly service: Pick<WorkerService, "respondWorkflowTask" | "failWorkflowTask">;
  readonly eager: EagerActivities;
  readonly localActivities: Pick<LocalActivityTasks, "repeatedAttempts" | "taskAnswered">;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds one activation may take, for messages. */
  readonly deadlockTimeoutMs: number;
}

/** The workflow tasks of a worker: from arrival through a thread to the answer. */
export class WorkflowTasks {
  readonly #options: WorkflowTasksOptions;
  readonly #responder: WorkflowResponder;
  readonly #runs = new ShortLivedMap<string, RunQueue>();
  /** By task id: all tasks that are in a thread. */
  readonly #inThread = new ShortLivedMap<number, HeldTask>();
  readonly #loads: ThreadLoads;
  readonly #quarantine: Quarantine = new Quarantine();
  #lastTaskId = 0;
  #held = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: WorkflowTasksOptions) {
    this.#options = options;
    this.#responder = new WorkflowResponder(options.service, options.logger);
    this.#loads = new ThreadLoads(options.pool.size, (thread, busy) => options.pool.watch(thread, busy));
  }

  /** Number of tasks that threads work on. */
  get inFlight(): number {
    return this.#inThread.size;
  }

  /** Milliseconds one activation may take in the spare thread now. The engine ends it itself; whoever asks only stands behind it. */
  get spareLimitMs(): number {
    const { deadlockTimeoutMs } = this.#options;
    return (
      2 * (this.#quarantine.running?.secondLook ? secondLookMs({ deadlockTimeoutMs }) : deadlockTimeoutMs)
    );
  }

  /** Number of runs that threads keep. */
  get cachedRuns(): number {
    let count = 0;
    for (const run of this.#runs.values()) if (run.cached) count += 1;
    return count;
  }

  /** Takes a raw task and its slot; undefined when the task cannot be read (its slot is then free again). */
  accept(bytes: Uint8Array, permit: SlotPermit): PeekedTask | undefined {
    let peeked: PeekedTask | undefined;
    try {
      peeked = peekTask(bytes);
    } catch (error) {
      this.#options.logger.error("Dropped a workflow task that cannot be read", { error });
    }
    if (peeked === undefined) {
      permit.release();
      return undefined;
    }
    this.#lastTaskId += 1;
    this.#held += 1;
    const state = { eagerPermits: [], timed: false, secondLook: false, answering: false };
    const arrivedMs = this.#options.clock.nowMs();
    const held = { peeked, bytes, permit, arrivedMs, heartbeat: undefined };
    const task: HeldTask = { taskId: this.#lastTaskId, ...held, ...state };
    const run = this.#runOf(peeked.runId);
    if (run.current === undefined) this.#start(run, task);
    else for (const obsolete of run.wait(task)) this.#drop(obsolete);
    return peeked;
  }

  /** A thread answered a task. */
  complete(message: Extract<FromThread, { kind: "completion" }>): void {
    const task = this.#inThread.get(message.taskId);
    if (task === undefined || task.answering) {
      this.#options.logger.error("A workflow thread answered a task that it was not given", {
        taskId: message.taskId,
        runId: message.runId,
      });
      return;
    }
    this.#options.pool.noteProgress();
    stopHeartbeat(task);
    if (!task.timed && message.failure !== undefined && isDeadlock(message.failure.message)) {
      this.#lookAgain(this.#runs.get(task.peeked.runId)!, task);
      return;
    }
    task.answering = true;
    for (const surplus of task.eagerPermits.splice(message.eagerSlotsUsed)) surplus.release();
    void this.#answer(task, message);
  }

  /** A task waits for local activities only: its thread is told when it can wait no longer. */
  awaitLocals({ taskId, runId, taskTimeoutMs }: Extract<FromThread, { kind: "awaitLocals" }>): void {
    const task = this.#inThread.get(taskId);
    const run = this.#runs.get(runId);
    if (task === undefined || run === undefined || task.answering || task.heartbeat !== undefined) return;
    const { clock, pool } = this.#options;
    const deadlineMs = task.arrivedMs + taskTimeoutMs * HEARTBEAT_FRACTION;
    const beat = (): void => {
      task.heartbeat = undefined;
      pool.post(run.thread, { kind: "heartbeatTask", taskId, runId });
    };
    task.heartbeat = clock.setTimer(beat, Math.max(0, deadlineMs - clock.nowMs()));
  }

  /** A thread forgot a run. */
  evicted(runId: string): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    run.cached = false;
    this.#forgetIfIdle(run);
  }

  /** A thread is gone: its tasks go to the one that replaces it, or into quarantine. */
  lost(thread: number, loss: ThreadLoss): void {
    const { logger } = this.#options;
    const about = { threadIndex: thread, ...(loss.kind === "died" ? { error: loss.error } : {}) };
    if (loss.kind === "stuck") logger.error("A workflow thread hangs; it is replaced", about);
    else logger.error("A workflow thread died; it is replaced and its tasks are delivered again", about);
    const told = loss.taskId !== undefined && this.#inThread.has(loss.taskId) ? loss.taskId : undefined;
    for (const run of this.#runs.values()) {
      if (run.thread !== thread) continue;
      run.cached = false;
      const task = run.current;
      if (task !== undefined) stopHeartbeat(task);
      if (task !== undefined && !task.answering) this.#afterLoss(run, task, { loss, told });
      this.#forgetIfIdle(run);
    }
  }

  /** Resolves when no task is left. */
  idle(): Promise<void> {
    if (this.#held === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #runOf(runId: string): RunQueue {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    const suspect = this.#quarantine.isSuspect(runId);
    const run = new RunQueue(runId, suspect ? this.#options.pool.spare : this.#loads.leastLoaded());
    this.#loads.countRun(run.thread, 1);
    this.#runs.set(runId, run);
    return run;
  }

  #forgetIfIdle(run: RunQueue): void {
    if (!run.idle || !this.#runs.delete(run.runId)) return;
    this.#loads.countRun(run.thread, -1);
    const { pool } = this.#options;
    if (run.thread === pool.spare && this.#loads.runs(pool.spare) === 0) pool.retireSpare();
  }

  #start(run: RunQueue, task: HeldTask): void {
    const { eager } = this.#options;
    run.current = task;
    this.#inThread.set(task.taskId, task);
    while (!task.peeked.queryOnly && task.eagerPermits.length < eager.maxPerTask) {
      const permit = eager.tryReserve();
      if (permit === undefined) break;
      task.eagerPermits.push(permit);
    }
    this.#loads.countTask(run.thread, 1);
    this.#post(run, task);
  }

  #post(run: RunQueue, task: HeldTask): void {
    const { pool } = this.#options;
    task.timed = run.thread === pool.spare;
    if (task.timed && !this.#quarantine.enter(task)) return;
    run.cached = true;
    pool.post(run.thread, {
      kind: "task",
      taskId: task.taskId,
      runId: run.runId,
      // A copy: the thread may take its bytes over, ours stay for another delivery.
      bytes: new Uint8Array(task.bytes),
      eagerSlots: task.eagerPermits.length,
      timed: task.timed,
      secondLook: task.secondLook,
    });
  }

  /** A task hung outside of quarantine: there its stack is watched, and it may have been the machine that was slow. */
  #lookAgain(run: RunQueue, task: HeldTask): void {
    task.secondLook = true;
    this.#putInQuarantine(run);
    this.#post(run, task);
  }

  #afterLoss(
    run: RunQueue,
    task: HeldTask,
    { loss, told }: { readonly loss: ThreadLoss; readonly told: number | undefined },
  ): void {
    const culprit =
      run.thread === this.#options.pool.spare ? this.#quarantine.running === task : told === task.taskId;
    if (run.thread === this.#options.pool.spare) {
      if (culprit) void this.#fail(run, task, loss);
    } else if (culprit && loss.kind === "stuck") {
      this.#lookAgain(run, task);
    } else {
      if (culprit || told === undefined) this.#putInQuarantine(run);
      this.#post(run, task);
    }
  }

  #putInQuarantine(run: RunQueue): void {
    const { spare } = this.#options.pool;
    this.#quarantine.suspect(run.runId);
    if (run.thread === spare) return;
    this.#loads.countRun(run.thread, -1);
    this.#loads.countRun(spare, 1);
    if (run.current !== undefined) {
      this.#loads.countTask(run.thread, -1);
      this.#loads.countTask(spare, 1);
    }
    run.thread = spare;
  }

  async #fail(run: RunQueue, task: HeldTask, loss: ThreadLoss): Promise<void> {
    task.answering = true;
    this.#putInQuarantine(run);
    await this.#responder.failLost(task.peeked, loss, this.#options.deadlockTimeoutMs);
    this.#end(run, task, undefined);
  }

  async #answer(task: HeldTask, completion: Completion): Promise<void> {
    const run = this.#runs.get(task.peeked.runId)!;
    const generation = this.#options.pool.generation(run.thread);
    const { localActivities } = this.#options;
    const { runId } = completion;
    const repeated = localActivities.repeatedAttempts(runId);
    const answered = await this.#responder.respond(task.peeked, withRepeatedAttempts(completion, repeated));
    if (completion.answer.kind === "completed" && answered?.outcome.kind === "accepted") {
      localActivities.taskAnswered(runId);
    }
    if (answered !== undefined && generation === this.#options.pool.generation(run.thread)) {
      const { taskId, peeked } = task;
      this.#options.pool.post(run.thread, {
        kind: "answered",
        taskId,
        runId: peeked.runId,
        outcome: answered.outcome,
      });
      if (task.timed) this.#judge(run, completion, answered);
    }
    this.#end(run, task, answered?.parts);
  }

  /** A task in quarantine that ended well: its run goes back among the others. */
  #judge(run: RunQueue, completion: Completion, answered: Answered): void {
    if (completion.failure !== undefined || answered.outcome.kind !== "accepted") return;
    this.#quarantine.acquit(run.runId);
    this.#options.pool.post(run.thread, { kind: "evict", runId: run.runId, message: "Out of quarantine" });
  }

  #end(run: RunQueue, task: HeldTask, parts: CompletedAnswer | undefined): void {
    this.#startEager(task, parts?.activityTasks ?? []);
    this.#inThread.delete(task.taskId);
    this.#loads.countTask(run.thread, -1);
    run.current = undefined;
    const following = this.#quarantine.leave(task);
    // The returned task is newer than any that waits.
    if (parts?.workflowTask === undefined) task.permit.release();
    else this.#acceptReturned(run, parts.workflowTask, task.permit);
    if (run.current === undefined) {
      const next = run.takeNext();
      if (next !== undefined) this.#start(run, next);
    }
    if (following !== undefined) this.#post(this.#runs.get(following.peeked.runId)!, following);
    this.#forgetIfIdle(run);
    this.#released();
  }

  #acceptReturned(run: RunQueue, bytes: Uint8Array, permit: SlotPermit): void {
    const peeked = this.accept(bytes, permit);
    if (peeked === undefined || peeked.runId === run.runId) return;
    this.#options.logger.error("The server answered a workflow task with a task of another run", {
      answered: run.runId,
      received: peeked.runId,
    });
  }

  #startEager(task: HeldTask, activityTasks: readonly Uint8Array[]): void {
    const permits = task.eagerPermits;
    task.eagerPermits = [];
    for (const bytes of activityTasks) {
      const permit = permits.shift();
      if (permit === undefined) {
        this.#options.logger.error(
          "The server started more activities eagerly than it was asked to; one was dropped",
          {
            workflowId: task.peeked.workflowId,
            runId: task.peeked.runId,
          },
        );
      } else {
        this.#options.eager.run(bytes, permit);
      }
    }
    for (const surplus of permits) surplus.release();
  }

  #drop(task: HeldTask): void {
    task.permit.release();
    this.#released();
  }

  #released(): void {
    this.#held -= 1;
    if (this.#held > 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}

/** The part of the server's patience after which a task is answered although local activities still run. */
const HEARTBEAT_FRACTION = 0.8;

/** Adds to an answer what only the main thread knows. A field that follows an encoded message is part of it. */
function withRepeatedAttempts(completion: Completion, repeated: number): Completion {
  const { answer } = completion;
  if (repeated === 0 || answer.kind !== "completed") return completion;
  const field = encodeRespondWorkflowTaskCompletedRequest({
    meteringMetadata: { nonfirstLocalActivityExecutionAttempts: repeated },
  });
  const bytes = new Uint8Array(answer.bytes.length + field.length);
  bytes.set(answer.bytes);
  bytes.set(field, answer.bytes.length);
  return { ...completion, answer: { ...answer, bytes } };
}

function stopHeartbeat(task: HeldTask): void {
  task.heartbeat?.clear();
  task.heartbeat = undefined;
}

/** What a thread may not send to a worker of this version. */
export function protocolError(message: FromThread): UnexpectedError {
  return new UnexpectedError(
    `A workflow thread sent a message that this worker does not understand: ${message.kind}. Worker and bundle must be of the same version`,
  );
}
