import type { FromThread, ThreadInit, ToThread } from "../../src/engine/protocol.ts";
import type { ThreadHandlers, WorkerPlatform, WorkflowThread } from "../../src/platform/worker-platform.ts";

/** A workflow thread that does what the test says. */
export class FakeThread implements WorkflowThread {
  readonly init: ThreadInit;
  readonly handlers: ThreadHandlers;
  readonly received: ToThread[] = [];
  terminated = false;

  constructor(init: ThreadInit, handlers: ThreadHandlers) {
    this.init = init;
    this.handlers = handlers;
  }

  post(message: ToThread): void {
    this.received.push(message);
  }

  async terminate(): Promise<void> {
    this.terminated = true;
  }

  /** Messages of one kind. */
  of<K extends ToThread["kind"]>(kind: K): Extract<ToThread, { kind: K }>[] {
    return this.received.filter(
      (message): message is Extract<ToThread, { kind: K }> => message.kind === kind,
    );
  }

  send(message: FromThread): void {
    this.handlers.message(message);
  }

  /** Answers a task it was given. */
  complete(taskId: number, change: Partial<Extract<FromThread, { kind: "completion" }>> = {}): void {
    const task = this.of("task").find((given) => given.taskId === taskId);
    this.send({
      kind: "completion",
      taskId,
      runId: task?.runId ?? "unknown",
      answer: { kind: "completed", bytes: new Uint8Array(0) },
      eagerSlotsUsed: 0,
      workflowType: "order",
      replayedEvents: 0,
      ...change,
    });
  }

  /** Begins an activation that does not end. */
  hang(taskId = 0): void {
    const words = new Int32Array(this.init.progress!);
    words[1] = taskId;
    Atomics.add(words, 0, 1);
  }
}

/** Starts fake threads; `failNext` makes the next start fail. */
export class FakeThreads implements Pick<WorkerPlatform, "startThread"> {
  readonly all: FakeThread[] = [];
  failNext: Error | undefined;

  async startThread(init: ThreadInit, handlers: ThreadHandlers): Promise<WorkflowThread> {
    const error = this.failNext;
    this.failNext = undefined;
    if (error !== undefined) throw error;
    const thread = new FakeThread(init, handlers);
    this.all.push(thread);
    return thread;
  }

  /** The thread started last. */
  get last(): FakeThread {
    return this.all.at(-1)!;
  }
}
