import type { Logger } from "../../common/logger.ts";
import { errorMessage } from "../../common/type-guards.ts";
import { type HostReply, writeReply } from "../../engine/host-reply.ts";
import type { FromThread, ThreadInit, ToThread } from "../../engine/protocol.ts";
import type { WorkerPlatform } from "../../platform/worker-platform.ts";
import type { LocalActivityTasks } from "../activity/local-activity-tasks.ts";
import type { Clock } from "../clock.ts";
import type { PatchActivationCallback } from "../options.ts";
import type { WorkerService } from "../service.ts";
import type { SlotPermit } from "../slots/supplier.ts";
import { HistoryPager } from "./history-pager.ts";
import type { ObservedCalls } from "./observed-calls.ts";
import { type PayloadTransform, transformPayloads } from "./payload-transform.ts";
import type { PeekedTask } from "./peek.ts";
import { ThreadPool } from "./thread-pool.ts";
import { toWorkflowInfo } from "./to-workflow-info.ts";
import { type EagerActivities, protocolError, WorkflowTasks } from "./workflow-tasks.ts";

/** What the workflow half of a worker takes. */
export interface WorkflowWorkerOptions {
  readonly threads: number;
  readonly init: Omit<ThreadInit, "threadIndex" | "progress">;
  readonly platform: Pick<WorkerPlatform, "startThread">;
  readonly service: WorkerService;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly eager: EagerActivities;
  readonly localActivities: LocalActivityTasks;
  readonly observed: ObservedCalls;
  /** Absent without codecs. */
  readonly transform: PayloadTransform | undefined;
  readonly patchActivationCallback: PatchActivationCallback | undefined;
  readonly onFatal: (error: unknown) => void;
}

/** The workflow half of a worker: threads, their tasks, and what threads ask of the main thread. */
export class WorkflowWorker {
  readonly #options: WorkflowWorkerOptions;
  readonly #pool: ThreadPool;
  readonly #tasks: WorkflowTasks;
  readonly #pager: HistoryPager;
  #closed = false;

  constructor(options: WorkflowWorkerOptions) {
    this.#options = options;
    const { deadlockTimeoutMs } = options.init.worker;
    this.#pool = new ThreadPool({
      size: options.threads,
      init: options.init,
      platform: options.platform,
      clock: options.clock,
      onMessage: (index, message) => this.#receive(index, message),
      onLost: (index, loss) => {
        options.localActivities.forgetThread(index);
        this.#tasks.lost(index, loss);
      },
      onFatal: options.onFatal,
      activationLimitMs: (index) =>
        index === options.threads ? this.#tasks.spareLimitMs : deadlockTimeoutMs,
    });
    const { service, eager, localActivities, logger, clock } = options;
    const parts = { service, eager, localActivities, logger, clock, deadlockTimeoutMs };
    this.#tasks = new WorkflowTasks({ pool: this.#pool, ...parts });
    this.#pager = new HistoryPager(service);
  }

  get inFlight(): number {
    return this.#tasks.inFlight;
  }

  get cachedRuns(): number {
    return this.#closed ? 0 : this.#tasks.cachedRuns;
  }

  /** Rejects with what the bundle throws when it is evaluated. */
  start(): Promise<void> {
    return this.#pool.start();
  }

  /**
   * Takes a raw task and its slot; undefined when it cannot be read, or comes when there are no threads any more: an eager start
   * may be answered that late, and the server gives its task to another worker.
   */
  accept(bytes: Uint8Array, permit: SlotPermit): PeekedTask | undefined {
    if (this.#closed) {
      permit.release();
      return undefined;
    }
    return this.#tasks.accept(bytes, permit);
  }

  /** Resolves when all tasks are answered. */
  idle(): Promise<void> {
    return this.#tasks.idle();
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#pool.close();
  }

  #receive(index: number, message: FromThread): void {
    switch (message.kind) {
      case "completion":
        this.#tasks.complete(message);
        break;
      case "wantPage":
        this.#reply(index, this.#page(message));
        break;
      case "transform":
        this.#reply(index, this.#transform(message));
        break;
      case "localActivities":
        this.#localActivities(index, message);
        break;
      case "awaitLocals":
        this.#tasks.awaitLocals(message);
        break;
      case "observed":
        this.#options.observed.dispatch(message.runId, message.calls);
        break;
      case "hostCall":
        this.#hostCall(index, message);
        break;
      case "evicted":
        this.#tasks.evicted(message.runId);
        break;
      case "ready":
        break;
      default:
        this.#options.onFatal(protocolError(message));
    }
  }

  /** Posts an answer when it is there, unless its thread was replaced meanwhile. */
  #reply(index: number, answer: Promise<ToThread>): void {
    const generation = this.#pool.generation(index);
    void answer.then((message) => {
      if (generation === this.#pool.generation(index)) this.#pool.post(index, message);
    });
  }

  async #page(message: Extract<FromThread, { kind: "wantPage" }>): Promise<ToThread> {
    const page = await this.#pager.fetch(message.workflowId, message.runId, message.token);
    if (page.kind === "error") {
      const { workflowId, runId } = message;
      this.#options.logger.warn(`Failed to fetch a page of history: ${page.message}`, { workflowId, runId });
    }
    return { kind: "page", requestId: message.requestId, page };
  }

  async #transform(message: Extract<FromThread, { kind: "transform" }>): Promise<ToThread> {
    const { transform, init, logger } = this.#options;
    const { batchId, payloads, direction, workflowId } = message;
    if (transform === undefined) return { kind: "payloads", batchId, result: { kind: "ok", payloads } };
    const result = await transformPayloads(transform, message, init.worker.namespace);
    if (result.kind === "error") {
      logger.warn(`Payload codec failed to ${direction} payloads; the workflow task fails`, { workflowId });
    }
    return { kind: "payloads", batchId, result };
  }

  #localActivities(index: number, message: Extract<FromThread, { kind: "localActivities" }>): void {
    const { runId, instance } = message;
    const generation = this.#pool.generation(index);
    const post = (answer: ToThread): void => {
      if (generation === this.#pool.generation(index)) this.#pool.post(index, answer);
    };
    this.#options.localActivities.take(message, {
      thread: index,
      report: (result) => post({ kind: "localActivityResult", runId, instance, result }),
      giveUp: (why) => post({ kind: "evict", runId, message: why, dropTask: true }),
    });
  }

  #hostCall(index: number, message: Extract<FromThread, { kind: "hostCall" }>): void {
    const { callId, reply } = message;
    const answer = this.#mayActivate(message);
    if (reply !== undefined) {
      writeReply(reply, answer);
    } else if (typeof answer === "boolean") {
      this.#pool.post(index, { kind: "hostResult", callId, value: answer });
    } else {
      this.#pool.post(index, { kind: "hostResult", callId, value: false, error: answer.error });
    }
  }

  #mayActivate({ runId, argument, workflowInfo }: Extract<FromThread, { kind: "hostCall" }>): HostReply {
    const { patchActivationCallback, logger } = this.#options;
    if (patchActivationCallback === undefined) return true;
    try {
      const value: unknown = patchActivationCallback({
        patchId: argument,
        workflowInfo: toWorkflowInfo(workflowInfo),
      });
      if (typeof value === "boolean") return value;
      throw new TypeError(`patchActivationCallback must return a boolean, got ${typeof value}`);
    } catch (error) {
      const text = `patchActivationCallback failed for patch ${argument}: ${errorMessage(error) ?? String(error)}`;
      logger.error(text, { runId, error });
      return { error: text };
    }
  }
}
