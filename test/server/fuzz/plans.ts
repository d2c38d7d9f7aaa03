import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Duration } from "../../../src/gen/codec/google/protobuf/duration.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Payload, SearchAttributes } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import type { StartWorkflowExecutionRequest } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { applicationFailure } from "../scenarios/chain-steps.ts";
import { command, json, type Stage, seconds } from "../scenarios/stage.ts";
import {
  type CommandPlan,
  LONG_MS,
  SHORT_MS,
  SHORT_TASK_MS,
  type Span,
  type StartOptions,
} from "./script.ts";

/** Longest that the server lets a task last; scripts take less. */
const LONG_TASK_S = 110;

/** A span as requests carry it. */
export function spanOf(span: Span | undefined): Init<Duration> | undefined {
  switch (span) {
    case "short":
      return seconds(SHORT_MS / 1_000);
    case "long":
      return seconds(LONG_MS / 1_000);
    case "negative":
      return seconds(-1);
    default:
      return undefined;
  }
}

/** One JSON payload by itself. */
export function payload(value: unknown): Init<Payload> {
  const [first] = json(value).payloads ?? [];
  if (first === undefined) throw new Error("there is no payload");
  return first;
}

function attributes(value: "good" | "unknown" | "mistyped" | "none"): Init<SearchAttributes> {
  switch (value) {
    case "good":
      return { indexedFields: { CustomKeyword: payload("k") } };
    case "none":
      return { indexedFields: { CustomKeyword: payload(null) } };
    case "unknown":
      return { indexedFields: { Strange: payload("k") } };
    case "mistyped":
      return { indexedFields: { Amount: payload("many") } };
  }
}

/** The task queue of a workflow. */
export function queueOf(stage: Stage, wf: string): string {
  return stage.id(`queue-${wf}`);
}

/** The task queue of one activity: in a queue that several share the real server's order is one of luck. */
export function activityQueueOf(stage: Stage, wf: string, id: string): string {
  return stage.id(`queue-${wf}-${id}`);
}

/** What a start with these options asks for. */
export function startRequest(
  stage: Stage,
  wf: string,
  options: StartOptions,
): Init<StartWorkflowExecutionRequest> {
  return {
    namespace: stage.namespace,
    workflowId: stage.id(wf),
    workflowType: { name: "random" },
    taskQueue: { name: queueOf(stage, wf) },
    identity: "starter",
    requestId: options.request === undefined ? crypto.randomUUID() : stage.id(options.request),
    input: json(wf),
    workflowIdReusePolicy: options.reuse ?? 0,
    workflowIdConflictPolicy: options.conflict ?? 0,
    workflowTaskTimeout: seconds(options.impatient ? SHORT_TASK_MS / 1_000 : LONG_TASK_S),
    workflowRunTimeout: spanOf(options.runTimeout),
    workflowExecutionTimeout: spanOf(options.executionTimeout),
    workflowStartDelay: spanOf(options.delay),
    cronSchedule: options.cron ?? "",
    requestEagerExecution: options.eager ?? false,
    ...(options.retry && options.retry !== "none"
      ? {
          retryPolicy: {
            initialInterval: spanOf(options.retry),
            backoffCoefficient: 1,
            maximumAttempts: 2,
          },
        }
      : {}),
    ...(options.memo ? { memo: { fields: { note: payload("old") } } } : {}),
    ...(options.attribute ? { searchAttributes: attributes(options.attribute) } : {}),
    ...(options.attach
      ? {
          onConflictOptions: {
            attachRequestId: true,
            attachCompletionCallbacks: true,
            attachLinks: true,
          },
        }
      : {}),
  };
}

/** How soon something happens by itself after such a start, in milliseconds. */
export function restlessAfterStart(options: StartOptions): number {
  const spans = [options.runTimeout, options.executionTimeout, options.delay];
  return spans.includes("short") ? 3 * SHORT_MS + (options.retry === "short" ? 3 * SHORT_MS : 0) : 0;
}

/** What a worker commands. */
export function commandOf(stage: Stage, wf: string, plan: CommandPlan): Init<Command> {
  switch (plan.kind) {
    case "timer":
      return command("startTimer", { timerId: plan.id, startToFireTimeout: spanOf(plan.span) });
    case "cancel timer":
      return command("cancelTimer", { timerId: plan.id });
    case "activity":
      return activityCommand(stage, wf, plan);
    case "cancel activity":
      return command("requestCancelActivityTask", { scheduledEventId: 5n });
    case "child":
      return childCommand(stage, plan);
    case "signal other":
      return command("signalExternalWorkflowExecution", {
        execution: { workflowId: stage.id(plan.to) },
        signalName: "from another",
        childWorkflowOnly: plan.child,
      });
    case "cancel other":
      return command("requestCancelExternalWorkflowExecution", {
        workflowId: stage.id(plan.to),
        childWorkflowOnly: plan.child,
        reason: "enough",
      });
    case "marker":
      return command("recordMarker", { markerName: plan.name, details: { data: json("seen") } });
    case "attribute":
      return command("upsertWorkflowSearchAttributes", { searchAttributes: attributes(plan.value) });
    case "memo":
      return command("modifyWorkflowProperties", { upsertedMemo: { fields: { note: payload(plan.value) } } });
    default:
      return closingCommand(stage, wf, plan);
  }
}

type Closing = Extract<CommandPlan, { readonly kind: "complete" | "fail" | "cancelled" | "continue" }>;

function closingCommand(stage: Stage, wf: string, plan: Closing): Init<Command> {
  switch (plan.kind) {
    case "complete":
      return command("completeWorkflowExecution", { result: json("done") });
    case "fail":
      return command("failWorkflowExecution", {
        failure: applicationFailure("broken", { type: "Broken", nonRetryable: plan.forGood }),
      });
    case "cancelled":
      return command("cancelWorkflowExecution", { details: json("cancelled") });
    case "continue":
      return command("continueAsNewWorkflowExecution", {
        workflowType: { name: plan.bad ? "" : "random" },
        taskQueue: { name: queueOf(stage, wf) },
        input: json("next"),
        workflowTaskTimeout: seconds(LONG_TASK_S),
        ...(plan.delay ? { backoffStartInterval: spanOf(plan.delay) } : {}),
      });
  }
}

function activityCommand(
  stage: Stage,
  wf: string,
  plan: Extract<CommandPlan, { readonly kind: "activity" }>,
): Init<Command> {
  const retries = plan.attempts !== undefined || plan.interval !== undefined;
  return command("scheduleActivityTask", {
    activityId: plan.id,
    activityType: { name: "act" },
    taskQueue: { name: activityQueueOf(stage, wf, plan.id) },
    input: json(plan.id),
    scheduleToStartTimeout: spanOf(plan.scheduleToStart),
    scheduleToCloseTimeout: spanOf(plan.scheduleToClose),
    startToCloseTimeout: spanOf(plan.startToClose ?? "long"),
    heartbeatTimeout: spanOf(plan.heartbeat),
    requestEagerExecution: plan.eager ?? false,
    ...(retries
      ? {
          retryPolicy: {
            initialInterval: spanOf(plan.interval ?? "short"),
            backoffCoefficient: 1,
            maximumAttempts: plan.attempts ?? 0,
          },
        }
      : { retryPolicy: { maximumAttempts: 1 } }),
  });
}

function childCommand(stage: Stage, plan: Extract<CommandPlan, { readonly kind: "child" }>): Init<Command> {
  return command("startChildWorkflowExecution", {
    namespace: stage.namespace,
    workflowId: stage.id(plan.id),
    workflowType: { name: "random" },
    taskQueue: { name: queueOf(stage, plan.id) },
    input: json(plan.id),
    parentClosePolicy: plan.closePolicy,
    workflowIdReusePolicy: plan.reuse,
    workflowTaskTimeout: seconds(LONG_TASK_S),
    workflowRunTimeout: spanOf(plan.runTimeout),
  });
}
