import { FAILURE_SOURCE } from "../../common/failure.ts";
import type { Logger } from "../../common/logger.ts";
import { errorMessage } from "../../common/type-guards.ts";
import { DEADLOCK_TYPE, deadlockMessage } from "../../engine/deadlock.ts";
import type { FromThread, ToThread } from "../../engine/protocol.ts";
import { WorkflowTaskFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";
import { isMessageTooLarge } from "../../transport/retry.ts";
import { detailsOf, statusOf, type WorkerService } from "../service.ts";
import { type CompletedAnswer, type PeekedTask, splitCompletedAnswer } from "./peek.ts";
import type { ThreadLoss } from "./thread-pool.ts";

/** A thread's answer to a task. */
export type Completion = Extract<FromThread, { kind: "completion" }>;
type AnswerOutcome = Extract<ToThread, { kind: "answered" }>["outcome"];

/** What became of an answer. */
export interface Answered {
  readonly outcome: AnswerOutcome;
  readonly parts: CompletedAnswer | undefined;
}

/** Sends the answers of threads to the server and finds out what became of them. */
export class WorkflowResponder {
  readonly #service: Pick<WorkerService, "respondWorkflowTask" | "failWorkflowTask">;
  readonly #logger: Logger;

  constructor(service: Pick<WorkerService, "respondWorkflowTask" | "failWorkflowTask">, logger: Logger) {
    this.#service = service;
    this.#logger = logger;
  }

  /** Undefined when there was nothing to send. Never rejects. */
  async respond(task: PeekedTask, completion: Completion): Promise<Answered | undefined> {
    const { answer, failure } = completion;
    const about = { workflowId: task.workflowId, runId: task.runId, workflowType: completion.workflowType };
    if (failure !== undefined) {
      this.#logger.warn(`Workflow task failed: ${failure.message}`, {
        ...about,
        reason: failure.reason,
        attempt: task.attempt,
        stack: failure.stack,
      });
    }
    if (answer.kind === "none") {
      this.#logger.debug("Workflow task was dropped without an answer", { ...about, why: answer.why });
      return undefined;
    }
    try {
      const bytes = await this.#service.respondWorkflowTask(answer.kind, answer.bytes);
      const parts = answer.kind === "completed" ? splitCompletedAnswer(bytes) : undefined;
      return { outcome: { kind: "accepted", resetHistoryEventId: parts?.resetHistoryEventId ?? 0 }, parts };
    } catch (error) {
      const outcome = refusal(error);
      if (outcome.reason === "messageTooLarge") await this.#failTooLarge(task, outcome.message);
      this.#logRefusal(outcome, { ...about, answer: answer.kind, error });
      return { outcome, parts: undefined };
    }
  }

  /** Fails a task that hung or killed its thread, if the server wants to hear of it. Never rejects. */
  async failLost(task: PeekedTask, loss: ThreadLoss, limitMs: number): Promise<void> {
    const about = { workflowId: task.workflowId, runId: task.runId, workflowType: task.workflowType };
    const message =
      loss.kind === "stuck"
        ? deadlockMessage(limitMs, task.runId)
        : `The workflow thread died while it ran this task: ${loss.error.message}`;
    this.#logger.error(`Workflow task failed: ${message}`, { ...about, attempt: task.attempt });
    // Later attempts are left to time out: the server then waits longer and longer between them.
    if (task.attempt > 1 || task.queryOnly) return;
    await this.#fail(task, WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE, {
      message,
      type: loss.kind === "stuck" ? DEADLOCK_TYPE : "WorkflowThreadLost",
      nonRetryable: false,
    });
  }

  #logRefusal(outcome: Refusal, about: { readonly [key: string]: unknown }): void {
    if (outcome.reason === "unhandledCommand") {
      this.#logger.debug("New events arrived while the workflow was completing; it continues", { ...about });
    } else if (outcome.reason === "notFound") {
      this.#logger.warn("The server no longer waits for this workflow task", { ...about });
    } else {
      this.#logger.error(`Failed to answer a workflow task: ${outcome.message}`, { ...about });
    }
  }

  async #failTooLarge(task: PeekedTask, message: string): Promise<void> {
    if (task.attempt >= 2) return;
    await this.#fail(task, WorkflowTaskFailedCause.GRPC_MESSAGE_TOO_LARGE, {
      message: `The answer to the workflow task is too large for the server: ${message}`,
      type: "GrpcMessageTooLarge",
      nonRetryable: true,
    });
  }

  async #fail(
    task: PeekedTask,
    cause: number,
    {
      message,
      type,
      nonRetryable,
    }: { readonly message: string; readonly type: string; readonly nonRetryable: boolean },
  ): Promise<void> {
    try {
      await this.#service.failWorkflowTask(task.taskToken, cause, {
        message,
        source: FAILURE_SOURCE,
        failureInfo: { case: "applicationFailureInfo", value: { type, nonRetryable } },
      });
    } catch (error) {
      this.#logger.warn(`Failed to report a failed workflow task: ${errorMessage(error)}`, {
        workflowId: task.workflowId,
        runId: task.runId,
      });
    }
  }
}

type Refusal = Extract<AnswerOutcome, { kind: "refused" }>;

function refusal(error: unknown): Refusal {
  const status = statusOf(error);
  const message = detailsOf(error);
  const refused = (reason: Refusal["reason"]): Refusal => ({ kind: "refused", reason, message });
  if (status === GrpcStatus.NOT_FOUND) return refused("notFound");
  if (status === GrpcStatus.INVALID_ARGUMENT && message === "UnhandledCommand")
    return refused("unhandledCommand");
  if (error instanceof RpcError && isMessageTooLarge(error)) return refused("messageTooLarge");
  return refused("other");
}
