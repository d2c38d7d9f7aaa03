import type { Init } from "../../src/codec-runtime/init.ts";
import type { Activation, FailureData } from "../../src/core/activation.ts";
import type { Completion } from "../../src/core/command.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { EvictReason } from "../../src/core/input.ts";
import { lastStartedId } from "../../src/core/replay.ts";
import { createRun, type Run, step } from "../../src/core/run.ts";
import { parseTask } from "../../src/core/task.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import type { WorkflowQuery } from "../../src/gen/codec/temporal/api/query/v1/message.ts";
import {
  decodeGetWorkflowExecutionHistoryResponse,
  decodePollWorkflowTaskQueueResponse,
  decodeRespondQueryTaskCompletedRequest,
  decodeRespondWorkflowTaskCompletedRequest,
  encodeGetWorkflowExecutionHistoryResponse,
  encodePollWorkflowTaskQueueResponse,
  encodeRespondQueryTaskCompletedRequest,
  encodeRespondWorkflowTaskCompletedRequest,
  type RespondQueryTaskCompletedRequest,
  type RespondWorkflowTaskCompletedRequest,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { eventsBetween, type Recorded, type RecordedTask } from "./recorded.ts";
import { RecordedLocals } from "./recorded-locals.ts";
import { messagesOfTask } from "./recorded-messages.ts";
import type { WorkflowCode } from "./workflow-code.ts";

/** How a worker answers one workflow task, as the server gets it. */
export type Answer =
  | { readonly kind: "completed"; readonly request: RespondWorkflowTaskCompletedRequest }
  | { readonly kind: "failed"; readonly cause: number; readonly failure: FailureData }
  | { readonly kind: "queried"; readonly request: RespondQueryTaskCompletedRequest }
  | { readonly kind: "dropped"; readonly why: string };

/** One activation of workflow code and what came of it. */
export interface Activated {
  readonly activation: Activation;
  readonly completion: Completion;
}

/** All that happened to a run because of one task. */
export interface Delivered {
  readonly answer: Answer;
  readonly activated: readonly Activated[];
  readonly evicted: EvictReason | undefined;
  /** Tokens of the pages that were asked for. */
  readonly pagesFetched: readonly string[];
}

/** A page of history by its token; the empty token stands for the first page. */
export type Pages = (token: string) => {
  readonly events: readonly HistoryEvent[];
  readonly nextPageToken: string;
};

/** A workflow task as the server would send it. */
export interface TaskToDeliver {
  readonly events: readonly HistoryEvent[];
  readonly previousStartedId: number;
  readonly startedId: number;
  readonly attempt?: number;
  readonly messages?: readonly Init<Message>[];
  readonly nextPageToken?: string;
  readonly queries?: { readonly [id: string]: Init<WorkflowQuery> };
  readonly legacyQuery?: Init<WorkflowQuery>;
}

export interface ReplayedRunOptions {
  readonly pages?: Pages;
  /** How the worker calls itself; default as the recording worker did. */
  readonly sdk?: { readonly sdkName: string; readonly sdkVersion: string };
  readonly nondeterminismFailsWorkflow?: boolean;
}

let runsMade = 0;
const official = { sdkName: "temporal-typescript", sdkVersion: "1.24.0" };
const text = new TextDecoder();
const utf8 = new TextEncoder();

type WorkerVersion = Parameters<typeof createRun>[0]["deploymentVersion"];

/** The deployment version of the worker that answered a task. */
function versionThatAnswered({ events }: Recorded, startedId: number): WorkerVersion {
  for (const { attributes } of events) {
    if (attributes.case !== "workflowTaskCompletedEventAttributes") continue;
    const { startedEventId, deploymentVersion } = attributes.value;
    if (startedEventId === BigInt(startedId) && deploymentVersion?.buildId) return deploymentVersion;
  }
  return undefined;
}

/** One run in a worker's cache: the real core and the real sandbox, with the server played by whoever delivers tasks. */
export class ReplayedRun {
  readonly #code: WorkflowCode;
  readonly #history: Recorded;
  readonly #pages: Pages | undefined;
  readonly #run: Run;
  /** The sandbox is shared by many copies of the same run. */
  readonly #sandboxId: string;
  readonly #locals: RecordedLocals;
  /** The startedId of the task under way: a run may move between workers of several versions. */
  #startedId = 0;

  constructor(code: WorkflowCode, history: Recorded, options: ReplayedRunOptions = {}) {
    const taskQueue = history.started.taskQueue?.name ?? "";
    this.#code = code;
    this.#history = history;
    this.#pages = options.pages;
    this.#locals = new RecordedLocals(history, options.sdk?.sdkName === "perdure");
    this.#sandboxId = `${history.runId} #${++runsMade}`;
    const deploymentVersion = (): WorkerVersion => versionThatAnswered(history, this.#startedId);
    this.#run = createRun({
      ...(options.sdk ?? official),
      runId: history.runId,
      taskQueue,
      serverSupportsSdkMetadata: true,
      nondeterminismFailsWorkflow: options.nondeterminismFailsWorkflow ?? false,
      get deploymentVersion() {
        return deploymentVersion();
      },
    });
    code.open(this.#sandboxId, taskQueue);
  }

  get evicted(): boolean {
    return this.#run.stage === "gone";
  }

  /** Hands a task over and goes on until it is answered. The answer counts as accepted by the server. */
  async deliver(task: TaskToDeliver): Promise<Delivered> {
    const parsed = parseTask(decodePollWorkflowTaskQueueResponse(taskBytes(this.#history, task)));
    if (parsed.kind !== "task") throw new Error(`no task: ${JSON.stringify(parsed)}`);
    const run = this.#run;
    this.#startedId = task.startedId;
    const activated: Activated[] = [];
    const pagesFetched: string[] = [];
    let answer: Answer | undefined;
    let evicted: EvictReason | undefined;
    const before = this.#locals.before(task.startedId);
    if (before !== undefined) step(run, before);
    const effects = step(run, { kind: "task", task: parsed.task });
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
      switch (effect.kind) {
        case "activate": {
          const { activation } = effect;
          const completion = await this.#code.complete(this.#sandboxId, activation);
          activated.push({ activation, completion });
          this.#locals.note(activation, completion);
          effects.push(...step(run, { kind: "completion", completion }));
          break;
        }
        case "fetchPage": {
          const token = text.decode(effect.token);
          pagesFetched.push(token);
          effects.push(...step(run, { kind: "page", ...this.#page(token) }));
          break;
        }
        case "localActivities":
          this.#locals.take(effect);
          break;
        case "awaitLocals":
          effects.push(...step(run, this.#locals.next(task.startedId)));
          break;
        case "evict":
          evicted = effect.reason;
          this.#code.close(this.#sandboxId);
          break;
        default:
          if (answer !== undefined) throw new Error(`answered twice: ${effect.kind}`);
          answer = answerOf(effect);
          if (answer.kind === "completed" || answer.kind === "queried") {
            effects.push(...step(run, { kind: "answered", resetHistoryEventId: 0 }));
          }
      }
    }
    if (answer === undefined) throw new Error("the task was not answered");
    return { answer, activated, evicted, pagesFetched };
  }

  /** Takes the run out of the cache. */
  evict(): void {
    for (const { kind } of step(this.#run, { kind: "evict", reason: "cacheFull", message: "full" })) {
      if (kind === "evict") this.#code.close(this.#sandboxId);
    }
  }

  #page(token: string): { events: readonly HistoryEvent[]; nextPageToken: Uint8Array } {
    if (this.#pages === undefined)
      throw new Error(`the page '${token}' was asked for, but there are no pages`);
    const { events, nextPageToken } = this.#pages(token);
    const response = decodeGetWorkflowExecutionHistoryResponse(
      encodeGetWorkflowExecutionHistoryResponse({
        history: { events },
        nextPageToken: utf8.encode(nextPageToken),
      }),
    );
    return { events: response.history?.events ?? [], nextPageToken: response.nextPageToken };
  }
}

/** A task as it comes over the wire. */
export function taskBytes(history: Recorded, task: TaskToDeliver): Uint8Array {
  const { workflowId, runId, workflowType, started } = history;
  return encodePollWorkflowTaskQueueResponse({
    taskToken: utf8.encode(`task ${task.startedId}`),
    workflowExecution: { workflowId, runId },
    workflowType: { name: workflowType },
    workflowExecutionTaskQueue: { name: started.taskQueue?.name ?? "" },
    previousStartedEventId: task.previousStartedId,
    startedEventId: task.startedId,
    attempt: task.attempt ?? 1,
    history: { events: task.events },
    nextPageToken: utf8.encode(task.nextPageToken ?? ""),
    messages: task.messages ?? [],
    queries: task.queries ?? {},
    query: task.legacyQuery,
  });
}

function answerOf(effect: Effect): Answer {
  switch (effect.kind) {
    case "respond": {
      const bytes = encodeRespondWorkflowTaskCompletedRequest(effect.answer);
      return { kind: "completed", request: decodeRespondWorkflowTaskCompletedRequest(bytes) };
    }
    case "respondFailed":
      return { kind: "failed", cause: effect.cause, failure: effect.failure };
    case "respondQuery": {
      const bytes = encodeRespondQueryTaskCompletedRequest(effect.answer);
      return { kind: "queried", request: decodeRespondQueryTaskCompletedRequest(bytes) };
    }
    case "dropTask":
      return { kind: "dropped", why: effect.why };
    default:
      throw new Error(`no answer: ${effect.kind}`);
  }
}

/** The task that makes a new run replay all of a history. */
export function replayTask({ events }: Recorded): TaskToDeliver {
  const startedId = lastStartedId(events);
  return { events, previousStartedId: startedId, startedId };
}

/** A recorded task when it was new, for a worker that does not have the run: with all of history. */
export function fullTask({ events }: Recorded, task: RecordedTask): TaskToDeliver {
  const { startedId, previousStartedId, attempt } = task;
  const messages = messagesOfTask(events, task);
  return { events: eventsBetween(events, 1, startedId), previousStartedId, startedId, attempt, messages };
}

/** A recorded task when it was new, for the worker that has the run: with what happened since the last one. */
export function stickyTask({ events }: Recorded, task: RecordedTask): TaskToDeliver {
  const { startedId, previousStartedId, attempt } = task;
  return {
    events: eventsBetween(events, previousStartedId + 1, startedId),
    previousStartedId,
    startedId,
    attempt,
    messages: messagesOfTask(events, task),
  };
}

/** Replays a whole history in a new run, as the replayer does. */
export async function replayHistory(
  code: WorkflowCode,
  history: Recorded,
  options: ReplayedRunOptions = {},
): Promise<Delivered> {
  const run = new ReplayedRun(code, history, options);
  const delivered = await run.deliver(replayTask(history));
  run.evict();
  return delivered;
}
