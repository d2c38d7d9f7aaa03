// Invariants
// F1. While no fault is set, a call costs one comparison more, and its bytes are not looked at.
// F2. A fault with a number of times ends with the last of them; every fault ends when it is disposed of.
import {
  decodePollActivityTaskQueueRequest,
  decodePollWorkflowTaskQueueRequest,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { RpcAnswer, RpcCallOptions, RpcPort } from "../../platform/rpc-port.ts";
import { type ServiceFailure, toRpcError } from "../rpc/service-failure.ts";

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/";
const POLLS: Readonly<
  Record<string, (bytes: Uint8Array) => { readonly taskQueue?: { readonly name: string } | undefined }>
> = {
  [`${SERVICE}PollWorkflowTaskQueue`]: decodePollWorkflowTaskQueueRequest,
  [`${SERVICE}PollActivityTaskQueue`]: decodePollActivityTaskQueueRequest,
};
/** An empty message: how a poll says that there was no task. */
const NO_TASK = new Uint8Array(0);

/** Which tasks a fault is about. */
export interface TaskChoice {
  readonly kind: "workflow" | "activity";
  /** Name of the queue that workers poll; undefined: any. */
  readonly taskQueue: string | undefined;
}

/** Calls that are answered with an error before anything is done. */
export interface Refusal {
  /** Names of methods, such as `StartWorkflowExecution`; undefined: all. */
  readonly methods: readonly string[] | undefined;
  readonly failure: ServiceFailure;
  times: number;
}

interface TaskFault extends TaskChoice {
  readonly what: "drop" | "duplicate";
  times: number;
}

/** The port in front of the server's own, where calls and their answers go wrong on purpose. */
export class CallFaults implements RpcPort {
  readonly #inner: RpcPort;
  readonly #refusals: Set<Refusal> = new Set();
  readonly #tasks: Set<TaskFault> = new Set();
  /** Answers with tasks that were handed out once, for the next poll of the same kind and queue. */
  readonly #again: { readonly path: string; readonly taskQueue: string; readonly answer: RpcAnswer }[] = [];
  /** While set, the server is away. */
  #away: ServiceFailure | undefined;
  #armed = false;

  constructor(inner: RpcPort) {
    this.#inner = inner;
  }

  /** Refuses calls until its times are over or it is taken back. */
  refuse(refusal: Refusal): () => void {
    return this.#add(this.#refusals, refusal);
  }

  /** Lets tasks get lost on the way to a worker, or come twice. */
  onTasks(what: TaskFault["what"], choice: TaskChoice, times: number): () => void {
    return this.#add(this.#tasks, { ...choice, what, times });
  }

  /** Answers every call with an error, or no longer does. */
  setAway(failure: ServiceFailure | undefined): void {
    this.#away = failure;
    this.#arm();
  }

  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    return this.#armed ? this.#faulty(path, bytes, options) : this.#inner.unary(path, bytes, options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #faulty(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    if (this.#away !== undefined) throw toRpcError(this.#away);
    const refusal = this.#refusalOf(path.slice(path.lastIndexOf("/") + 1));
    if (refusal !== undefined) throw toRpcError(refusal.failure);
    const poll = POLLS[path];
    if (poll === undefined) return this.#inner.unary(path, bytes, options);
    const taskQueue = poll(bytes).taskQueue?.name ?? "";
    return (
      this.#takeAgain(path, taskQueue) ??
      this.#poll({ path, taskQueue }, await this.#inner.unary(path, bytes, options))
    );
  }

  #refusalOf(method: string): Refusal | undefined {
    for (const refusal of this.#refusals) {
      if (refusal.methods !== undefined && !refusal.methods.includes(method)) continue;
      this.#spend(this.#refusals, refusal);
      return refusal;
    }
    return undefined;
  }

  #takeAgain(path: string, taskQueue: string): RpcAnswer | undefined {
    const at = this.#again.findIndex((one) => one.path === path && one.taskQueue === taskQueue);
    if (at < 0) return undefined;
    const [found] = this.#again.splice(at, 1);
    this.#arm();
    return found?.answer;
  }

  #poll(
    { path, taskQueue }: { readonly path: string; readonly taskQueue: string },
    answer: RpcAnswer,
  ): RpcAnswer {
    if (answer.bytes.length === 0) return answer;
    const kind = path.endsWith("WorkflowTaskQueue") ? "workflow" : "activity";
    for (const fault of this.#tasks) {
      if (fault.kind !== kind || (fault.taskQueue !== undefined && fault.taskQueue !== taskQueue)) continue;
      this.#spend(this.#tasks, fault);
      if (fault.what === "drop") return { ...answer, bytes: NO_TASK };
      this.#again.push({ path, taskQueue, answer });
      this.#arm();
      return answer;
    }
    return answer;
  }

  #add<Fault extends { times: number }>(to: Set<Fault>, fault: Fault): () => void {
    to.add(fault);
    this.#arm();
    return () => {
      to.delete(fault);
      this.#arm();
    };
  }

  #spend<Fault extends { times: number }>(from: Set<Fault>, fault: Fault): void {
    fault.times -= 1;
    if (fault.times <= 0) from.delete(fault);
    this.#arm();
  }

  #arm(): void {
    this.#armed = this.#away !== undefined || this.#refusals.size + this.#tasks.size + this.#again.length > 0;
  }
}
