import type { Activation } from "../../../src/core/activation.ts";
import type { Completion, WorkflowCommand } from "../../../src/core/command.ts";
import { replayHistory } from "../../../src/core/replay.ts";
import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import { commandOfEnd, scheduleActivity, startChild } from "../../core/player.ts";

type Events = readonly HistoryEvent[];

/** What came of the replay of a history. */
export type Replayed =
  | { readonly kind: "replayed"; readonly tasks: number }
  /** Some worker did what no SDK does. */
  | { readonly kind: "foreign"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** Has the core that Perdure's workers run go through a history, with workflow code that asks for what the history has next. */
export function replayed(history: Events): Replayed {
  const why = foreign(history);
  if (why !== undefined) return { kind: "foreign", why };
  const events = withTimerNumbers(history);
  const code = new ReadAhead(events);
  const outcome = replayHistory({
    events,
    workflowId: "w",
    options: {
      taskQueue: "queue",
      sdkName: "perdure",
      sdkVersion: "1.0.0",
      serverSupportsSdkMetadata: true,
      nondeterminismFailsWorkflow: false,
    },
    complete: (activation) => code.answer(activation),
  });
  if (outcome.kind === "failed") return { kind: "failed", why: outcome.failure.message ?? outcome.reason };
  if (code.unasked > 0) return { kind: "failed", why: `${code.unasked} tasks of the history woke nobody` };
  return { kind: "replayed", tasks: code.asked };
}

/** What in a history no SDK would have commanded; undefined: nothing. */
function foreign(events: Events): string | undefined {
  return unasked(events) ?? unheardOf(events);
}

/** Commands of a task that brought nothing to whoever wrote the workflow: an SDK has no occasion to run its code then. */
function unasked(events: Events): string | undefined {
  let woken = false;
  let commands = false;
  let news = false;
  for (const { attributes } of events) {
    const { case: name, value } = attributes;
    if (name === "workflowTaskCompletedEventAttributes") {
      if (commands && !woken) break;
      [woken, commands, news] = [news, false, false];
    } else if (name === "workflowExecutionUpdateAcceptedEventAttributes") woken = true;
    else if (name === "workflowExecutionUpdateCompletedEventAttributes") commands = true;
    else if (name === undefined || SILENT.has(name)) continue;
    else if ("workflowTaskCompletedEventId" in value) commands = true;
    else news = true;
  }
  return commands && !woken ? "commands without news" : undefined;
}

const SILENT: ReadonlySet<string> = new Set(
  [
    ...["workflowTaskScheduled", "workflowTaskStarted", "workflowTaskFailed", "workflowTaskTimedOut"],
    ...["workflowExecutionUpdateAdmitted", "workflowExecutionOptionsUpdated", "activityTaskStarted"],
  ].map((name) => `${name}EventAttributes`),
);

/** Commands that an SDK does not have. */
function unheardOf(events: Events): string | undefined {
  const decidedAt = new Map<bigint, bigint>();
  const cancelled = new Set<bigint>();
  for (const { eventId, attributes } of events) {
    const { case: name, value } = attributes;
    if (name === "markerRecordedEventAttributes") return "a marker of its own";
    if (name === undefined || !("workflowTaskCompletedEventId" in value)) continue;
    decidedAt.set(eventId, value.workflowTaskCompletedEventId);
    const begun = begunBy(attributes);
    if (begun === undefined) continue;
    // What is cancelled before it was sent is not sent at all, and cancelled once.
    if (decidedAt.get(begun) === value.workflowTaskCompletedEventId) return "begun and cancelled in one task";
    if (cancelled.has(begun)) return "cancelled twice";
    cancelled.add(begun);
  }
  return undefined;
}

function begunBy(attributes: HistoryEvent["attributes"]): bigint | undefined {
  switch (attributes.case) {
    case "timerCanceledEventAttributes":
      return attributes.value.startedEventId;
    case "activityTaskCancelRequestedEventAttributes":
      return attributes.value.scheduledEventId;
    default:
      return undefined;
  }
}

/** The history with the ids that an SDK gives its timers. */
function withTimerNumbers(events: Events): Events {
  const timerIds = new Map<bigint, string>();
  return events.map((event) => {
    const { eventId, attributes } = event;
    switch (attributes.case) {
      case "timerStartedEventAttributes": {
        const timerId = String(timerIds.size + 1);
        timerIds.set(eventId, timerId);
        return { ...event, attributes: { ...attributes, value: { ...attributes.value, timerId } } };
      }
      case "timerFiredEventAttributes": {
        const timerId = timerIds.get(attributes.value.startedEventId) ?? "";
        return { ...event, attributes: { ...attributes, value: { ...attributes.value, timerId } } };
      }
      case "timerCanceledEventAttributes": {
        const timerId = timerIds.get(attributes.value.startedEventId) ?? "";
        return { ...event, attributes: { ...attributes, value: { ...attributes.value, timerId } } };
      }
      default:
        return event;
    }
  });
}

/** Workflow code that knows its history: after each start of a task it asks for what was asked for then. */
class ReadAhead {
  /** Tasks that were answered. */
  asked = 0;
  /** By the event that started the task. */
  readonly #commandsAt: Map<number, WorkflowCommand[]> = new Map();
  readonly #seqs: Map<bigint, number> = new Map();
  readonly #updates: Map<bigint, string> = new Map();
  readonly #counts: Map<string, number> = new Map();

  constructor(events: Events) {
    let commands: WorkflowCommand[] = [];
    for (const event of events) {
      if (event.attributes.case === "workflowTaskCompletedEventAttributes") {
        commands = [];
        this.#commandsAt.set(Number(event.attributes.value.startedEventId), commands);
      }
      const command = this.#commandOf(event);
      if (command) commands.push(command);
    }
  }

  /** Tasks with commands that the core never came to. */
  get unasked(): number {
    return [...this.#commandsAt.values()].filter((commands) => commands.length > 0).length;
  }

  answer({ historyLength }: Activation): Completion {
    const commands = this.#commandsAt.get(historyLength) ?? [];
    if (this.#commandsAt.delete(historyLength)) this.asked += 1;
    return { kind: "success", commands, usedFlags: [], versioningBehavior: 0 };
  }

  #seqOf(kind: string, eventId: bigint): number {
    const seq = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, seq);
    this.#seqs.set(eventId, seq);
    return seq;
  }

  #commandOf({ eventId, attributes }: HistoryEvent): WorkflowCommand | undefined {
    const began = begunBy(attributes);
    const seq = began === undefined ? 0 : (this.#seqs.get(began) ?? 0);
    switch (attributes.case) {
      case "timerStartedEventAttributes":
        return { kind: "startTimer", seq: this.#seqOf("timer", eventId), startToFireMs: 1 };
      case "timerCanceledEventAttributes":
        return { kind: "cancelTimer", seq };
      case "activityTaskScheduledEventAttributes": {
        const { activityId, activityType } = attributes.value;
        return scheduleActivity(this.#seqOf("activity", eventId), {
          activityId,
          activityType: activityType?.name ?? "",
          // One that waits is told of every end, so that it is woken wherever the real one was.
          cancellationType: "WAIT_CANCELLATION_COMPLETED",
        });
      }
      case "activityTaskCancelRequestedEventAttributes":
        return { kind: "requestCancelActivity", seq };
      case "startChildWorkflowExecutionInitiatedEventAttributes": {
        const { workflowId, workflowType } = attributes.value;
        return startChild(this.#seqOf("child", eventId), {
          workflowId,
          workflowType: workflowType?.name ?? "",
        });
      }
      case "signalExternalWorkflowExecutionInitiatedEventAttributes":
      case "requestCancelExternalWorkflowExecutionInitiatedEventAttributes":
        return externalCommand(this.#seqOf(attributes.case, eventId), attributes);
      case "workflowExecutionUpdateAcceptedEventAttributes": {
        const { protocolInstanceId } = attributes.value;
        this.#updates.set(eventId, protocolInstanceId);
        return { kind: "respondToUpdate", protocolInstanceId, response: { kind: "accepted" } };
      }
      case "workflowExecutionUpdateCompletedEventAttributes": {
        const protocolInstanceId = this.#updates.get(attributes.value.acceptedEventId) ?? "";
        return { kind: "respondToUpdate", protocolInstanceId, response: { kind: "completed" } };
      }
      default:
        return plainCommand(attributes);
    }
  }
}

function externalCommand(
  seq: number,
  attributes: Extract<
    HistoryEvent["attributes"],
    {
      case:
        | "signalExternalWorkflowExecutionInitiatedEventAttributes"
        | "requestCancelExternalWorkflowExecutionInitiatedEventAttributes";
    }
  >,
): WorkflowCommand {
  const { workflowId = "", runId = "" } = attributes.value.workflowExecution ?? {};
  const target = { namespace: "default", workflowId, runId };
  if (attributes.case === "requestCancelExternalWorkflowExecutionInitiatedEventAttributes") {
    return { kind: "requestCancelExternalWorkflow", seq, target, reason: "" };
  }
  const { signalName, childWorkflowOnly } = attributes.value;
  return {
    kind: "signalExternalWorkflow",
    seq,
    target,
    childWorkflowOnly,
    signalName,
    args: [],
    headers: {},
  };
}

function plainCommand(attributes: HistoryEvent["attributes"]): WorkflowCommand | undefined {
  switch (attributes.case) {
    case "upsertWorkflowSearchAttributesEventAttributes":
      return { kind: "upsertSearchAttributes", fields: {} };
    case "workflowPropertiesModifiedEventAttributes":
      return { kind: "modifyWorkflowProperties", memo: {} };
    default:
      return commandOfEnd(attributes);
  }
}
