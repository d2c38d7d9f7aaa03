import type { Draft } from "../codec-runtime/init.ts";
import type { DeterminismReport } from "../common/determinism-violation.ts";
import type { FailureData } from "../core/activation.ts";
import type { Effect } from "../core/effect.ts";
import type { EvictReason, Input } from "../core/input.ts";
import { WorkflowTaskFailedCause } from "../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { QueryResultType } from "../gen/codec/temporal/api/enums/v1/query.ts";
import {
  encodeRespondQueryTaskCompletedRequest,
  encodeRespondWorkflowTaskCompletedRequest,
  encodeRespondWorkflowTaskFailedRequest,
  type RespondQueryTaskCompletedRequest,
  type RespondWorkflowTaskCompletedRequest,
  type RespondWorkflowTaskFailedRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import {
  visitRespondQueryTaskCompletedRequest,
  visitRespondWorkflowTaskCompletedRequest,
  visitRespondWorkflowTaskFailedRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.visit.ts";
import { completedRequest, failedRequest, limitEagerActivities, queryRequest } from "./answers.ts";
import { errorStack, errorText } from "./error-text.ts";
import { engineFailure, thrownFailure } from "./failure.ts";
import { notesInCommands } from "./marker-notes.ts";
import { type PayloadStage, PayloadStageError } from "./payload-stage.ts";
import type { FromThread, WorkerFacts } from "./protocol.ts";
import type { CachedRun, OpenTask } from "./run-cache.ts";
import { findOversize, tooLarge } from "./size-limits.ts";

type CompletionMessage = Extract<FromThread, { kind: "completion" }>;
type Eviction = Extract<Effect, { kind: "evict" }>;
type TaskFailure = NonNullable<CompletionMessage["failure"]>;

/** A task that core gave up, and why. */
export interface FailedTask {
  readonly taskToken: Uint8Array;
  readonly cause: number;
  readonly failure: FailureData;
  readonly reason: Eviction | undefined;
  /** Where in history. */
  readonly conflict?: DeterminismReport | undefined;
}

export interface AnswererParts {
  readonly facts: WorkerFacts;
  readonly payloads: PayloadStage;
  readonly post: (message: FromThread) => void;
  /** Sends what the run observed so far; it must arrive before its answer. */
  readonly flushObserved: (runId: string) => void;
}

/**
 * Makes the answers to tasks: codecs, then size limits, then bytes.
 *
 * A1. Each open task gets exactly one completion message; what comes after it for the same task is not sent.
 * A2. An answer that can't be made (codec, size) fails its task, and the run is evicted, since its commands are lost.
 */
export class Answerer {
  readonly #parts: AnswererParts;

  constructor(parts: AnswererParts) {
    this.#parts = parts;
  }

  async respond(
    cached: CachedRun,
    { answer, terminal }: Extract<Effect, { kind: "respond" }>,
  ): Promise<Input | undefined> {
    const { facts } = this.#parts;
    const { task } = cached;
    if (task === undefined) return undefined;
    const eagerSlotsUsed = limitEagerActivities(answer.commands, task.eagerSlots, facts.taskQueue);
    const request = completedRequest(answer, facts);
    try {
      await this.#encode(
        request as Draft<RespondWorkflowTaskCompletedRequest>,
        visitRespondWorkflowTaskCompletedRequest,
        cached,
        facts.transformsPayloads ? notesInCommands(answer.commands) : undefined,
      );
      const oversize = findOversize(request, facts.limits);
      if (oversize !== undefined) {
        return this.#giveUp(
          cached,
          WorkflowTaskFailedCause.PAYLOADS_TOO_LARGE,
          engineFailure(oversize, "PayloadsTooLarge"),
        );
      }
      const bytes = encodeRespondWorkflowTaskCompletedRequest(request);
      const what = `The answer to the workflow task with its ${answer.commands?.length ?? 0} commands`;
      const heavy = tooLarge(bytes.length, facts.limits.messageBytes, what);
      if (heavy !== undefined) {
        const failure = engineFailure(heavy, "GrpcMessageTooLarge", { nonRetryable: true });
        return this.#giveUp(cached, WorkflowTaskFailedCause.GRPC_MESSAGE_TOO_LARGE, failure);
      }
      this.#send(cached, { answer: { kind: "completed", bytes }, eagerSlotsUsed, terminal });
      return undefined;
    } catch (error) {
      return this.#giveUp(
        cached,
        WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE,
        failureOf(error),
      );
    }
  }

  async respondFailed(cached: CachedRun, failed: FailedTask): Promise<undefined> {
    const { facts } = this.#parts;
    if (cached.task === undefined) return;
    let request = failedRequest(failed, facts);
    try {
      await this.#encode(
        request as Draft<RespondWorkflowTaskFailedRequest>,
        visitRespondWorkflowTaskFailedRequest,
        cached,
      );
    } catch (error) {
      // What went wrong first is worth more than why it can't be encoded; its details are left out.
      const message = `${failed.failure.message ?? ""} (its details are missing: ${errorText(error)})`;
      const stackTrace = failed.failure.stackTrace ?? "";
      request = failedRequest(
        { ...failed, failure: engineFailure(message, "WorkflowTaskFailure", { stackTrace }) },
        facts,
      );
    }
    this.#send(cached, {
      answer: { kind: "failed", bytes: encodeRespondWorkflowTaskFailedRequest(request) },
      failure: reported(failed.reason?.reason, failed.cause, failed.failure),
    });
  }

  async respondQuery(
    cached: CachedRun,
    answer: Extract<Effect, { kind: "respondQuery" }>["answer"],
  ): Promise<undefined> {
    const { facts } = this.#parts;
    if (cached.task === undefined) return;
    let request = queryRequest(answer, facts);
    try {
      await this.#encode(
        request as Draft<RespondQueryTaskCompletedRequest>,
        visitRespondQueryTaskCompletedRequest,
        cached,
      );
      const size = encodeRespondQueryTaskCompletedRequest(request).length;
      const oversize = tooLarge(size, facts.limits.payloadErrorBytes, "The query answer's payloads");
      if (oversize !== undefined) throw new Error(oversize);
    } catch (error) {
      const failure = failureOf(error);
      request = queryRequest(
        {
          taskToken: answer.taskToken,
          completedType: QueryResultType.FAILED,
          errorMessage: failure.message ?? "",
          failure,
        },
        facts,
      );
    }
    this.#send(cached, { answer: { kind: "query", bytes: encodeRespondQueryTaskCompletedRequest(request) } });
  }

  /** The task ends without an answer. */
  drop(cached: CachedRun, why: string, eviction: Eviction | undefined): void {
    if (cached.task === undefined) return;
    const failure = eviction === undefined ? undefined : reported(eviction.reason, 0, engineFailure(why, ""));
    this.#send(cached, { answer: { kind: "none", why }, failure });
  }

  /** Fails the open task for a reason that core does not know of. The result is the input that makes core forget the run. */
  async giveUp(cached: CachedRun, failure: FailureData): Promise<Input> {
    return this.#giveUp(cached, WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE, failure);
  }

  /** Fails the open task because the workflow code is not deterministic. */
  async refuse(cached: CachedRun, failure: FailureData): Promise<Input> {
    const cause = WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR;
    return this.#giveUp(cached, cause, failure);
  }

  async #giveUp(cached: CachedRun, cause: number, failure: FailureData): Promise<Input> {
    const { task } = cached;
    const message = failure.message ?? "";
    const isDifference = cause === WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR;
    const reason: EvictReason = isDifference ? "nondeterminism" : "workflowFailed";
    if (task !== undefined) {
      const eviction: Eviction = { kind: "evict", reason, message };
      const { taskToken } = task;
      if (task.isQuery) {
        const completedType = QueryResultType.FAILED;
        await this.respondQuery(cached, { taskToken, completedType, errorMessage: message, failure, cause });
      } else if (task.attempt > 1) {
        this.drop(cached, message, eviction);
      } else {
        await this.respondFailed(cached, { taskToken, cause, failure, reason: eviction });
      }
    }
    return { kind: "evict", reason: "fatal", message };
  }

  async #encode<Message>(
    message: Message,
    visit: (
      message: Message,
      visitor: Parameters<typeof visitRespondWorkflowTaskCompletedRequest>[1],
    ) => void,
    { workflowId }: CachedRun,
    notes?: ReadonlySet<object>,
  ): Promise<void> {
    const { facts, payloads } = this.#parts;
    if (facts.transformsPayloads)
      await payloads.transform(message, visit, { direction: "encode", workflowId, notes });
  }

  #send(
    cached: CachedRun,
    answer: Pick<CompletionMessage, "answer" | "failure" | "terminal"> & { readonly eagerSlotsUsed?: number },
  ): void {
    const task: OpenTask = cached.task!;
    cached.task = undefined;
    this.#parts.flushObserved(cached.runId);
    this.#parts.post({
      kind: "completion",
      taskId: task.taskId,
      runId: cached.runId,
      workflowType: cached.workflowType,
      replayedEvents: task.events,
      ...answer,
      eagerSlotsUsed: answer.eagerSlotsUsed ?? 0,
    });
  }
}

/** The failure that an error of the engine or of the user's codecs stands for. */
export function failureOf(error: unknown): FailureData {
  if (error instanceof PayloadStageError) return error.failure;
  return thrownFailure(error, () => errorStack(error));
}

const taskReasons: { readonly [Reason in EvictReason]?: TaskFailure["reason"] } = {
  nondeterminism: "nondeterminism",
  historyFetch: "historyFetch",
  workflowFailed: "workflow",
  fatal: "workflow",
};

function reported(
  reason: EvictReason | undefined,
  cause: number,
  failure: FailureData,
): TaskFailure | undefined {
  const large = [
    WorkflowTaskFailedCause.GRPC_MESSAGE_TOO_LARGE,
    WorkflowTaskFailedCause.PAYLOADS_TOO_LARGE,
  ] as number[];
  const kind = large.includes(cause) ? "messageTooLarge" : taskReasons[reason ?? "workflowFailed"];
  if (kind === undefined) return undefined;
  return { reason: kind, message: failure.message ?? "", stack: failure.stackTrace ?? "" };
}
