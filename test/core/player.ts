import type { Activation, Job } from "../../src/core/activation.ts";
import type { StartChildWorkflow } from "../../src/core/child-jobs.ts";
import type { Completion, ScheduleActivity, WorkflowCommand } from "../../src/core/command.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Input } from "../../src/core/input.ts";
import { createRun, type Run, type RunOptions, step } from "../../src/core/run.ts";
import type { QueryRequest } from "../../src/core/task.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { noteTransition } from "./transition-log.ts";

export const RUN_ID = "019e93d9-da0e-70d6-9f43-888c2c8d3988";

export const options: RunOptions = {
  runId: RUN_ID,
  taskQueue: "orders",
  sdkName: "perdure",
  sdkVersion: "1.0.0",
  serverSupportsSdkMetadata: true,
  nondeterminismFailsWorkflow: false,
  onTransition: noteTransition,
};

export function ok(...commands: WorkflowCommand[]): Completion {
  return { kind: "success", commands, usedFlags: [], versioningBehavior: 0 };
}

export function startTimer(seq: number, startToFireMs = 1000): WorkflowCommand {
  return { kind: "startTimer", seq, startToFireMs };
}

export function cancelTimer(seq: number): WorkflowCommand {
  return { kind: "cancelTimer", seq };
}

export function scheduleActivity(seq: number, more: Partial<ScheduleActivity> = {}): WorkflowCommand {
  return {
    kind: "scheduleActivity",
    seq,
    activityId: String(seq),
    activityType: "greet",
    taskQueue: "orders",
    headers: {},
    args: [],
    startToCloseTimeoutMs: 1000,
    cancellationType: "TRY_CANCEL",
    allowEagerDispatch: true,
    versioningIntent: "UNSPECIFIED",
    ...more,
  };
}

export function cancelActivity(seq: number): WorkflowCommand {
  return { kind: "requestCancelActivity", seq };
}

export const complete: WorkflowCommand = { kind: "completeWorkflow" };
export const failWorkflow: WorkflowCommand = { kind: "failWorkflow", failure: { message: "no stock" } };
export const cancelWorkflow: WorkflowCommand = { kind: "cancelWorkflow" };
export const continueAsNew: WorkflowCommand = {
  kind: "continueAsNew",
  workflowType: "order",
  taskQueue: "orders",
  args: [],
  headers: {},
  versioningIntent: "UNSPECIFIED",
  initialVersioningBehavior: 0,
};

/** The command by which a run ended so; nothing for another event. */
export function commandOfEnd(attributes: HistoryEvent["attributes"]): WorkflowCommand | undefined {
  switch (attributes.case) {
    case "workflowExecutionCompletedEventAttributes":
      return complete;
    case "workflowExecutionFailedEventAttributes":
      return failWorkflow;
    case "workflowExecutionCanceledEventAttributes":
      return cancelWorkflow;
    case "workflowExecutionContinuedAsNewEventAttributes":
      return continueAsNew;
    default:
      return undefined;
  }
}

export function startChild(seq: number, more: Partial<StartChildWorkflow> = {}): WorkflowCommand {
  return {
    kind: "startChildWorkflow",
    seq,
    namespace: "default",
    workflowId: `child-${seq}`,
    workflowType: "ship",
    taskQueue: "orders",
    headers: {},
    args: [],
    cronSchedule: "",
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    parentClosePolicy: 0,
    workflowIdReusePolicy: 0,
    versioningIntent: "UNSPECIFIED",
    ...more,
  };
}

export function query(id: string, queryType = "state"): QueryRequest {
  return { id, queryType, args: [], headers: {} };
}

export function answerQuery(queryId: string, byte = 1): WorkflowCommand {
  return {
    kind: "respondToQuery",
    queryId,
    answer: { kind: "succeeded", response: { data: Uint8Array.of(byte) } },
  };
}

/** `fireTimer 1`, `resolveActivity 2 cancelled`, `signalWorkflow go`: a job in few words. */
export function jobText(job: Job): string {
  switch (job.kind) {
    case "fireTimer":
      return `fireTimer ${job.seq}`;
    case "resolveActivity":
      return `resolveActivity ${job.seq} ${job.resolution.kind}`;
    case "signalWorkflow":
      return `signalWorkflow ${job.signalName}`;
    case "notifyHasPatch":
      return `notifyHasPatch ${job.patchId}`;
    case "queryWorkflow":
      return `queryWorkflow ${job.queryId}`;
    case "resolveNexusOperationStart":
    case "resolveNexusOperation":
    case "resolveLocalActivity":
    case "resolveChildWorkflowStart":
    case "resolveChildWorkflow":
      return `${job.kind} ${job.seq} ${job.resolution.kind}`;
    case "resolveSignalExternal":
    case "resolveCancelExternal":
      return `${job.kind} ${job.seq} ${job.failure === undefined ? "ok" : "failed"}`;
    default:
      return job.kind;
  }
}

/** `respond startTimer, scheduleActivityTask`: an effect in few words. */
export function effectText(effect: Effect): string {
  switch (effect.kind) {
    case "activate":
      return `activate ${effect.activation.jobs.map(jobText).join(", ")}`;
    case "respond": {
      const cases = (effect.answer.commands ?? []).map((command) =>
        String(command.attributes?.case).replace("CommandAttributes", ""),
      );
      return `respond ${cases.join(", ")}`.trimEnd();
    }
    case "respondFailed":
      return `respondFailed ${effect.cause}`;
    case "respondQuery":
      return `respondQuery ${effect.answer.completedType === 1 ? "answered" : "failed"}`;
    case "dropTask":
      return "dropTask";
    case "evict":
      return `evict ${effect.reason}`;
    case "localActivities": {
      const parts = [
        ...effect.schedule.map(({ seq }) => `run ${seq}`),
        ...effect.cancel.map((seq) => `stop ${seq}`),
      ];
      return `localActivities ${[...parts, ...(effect.cancelAll ? ["stop all"] : [])].join(", ")}`;
    }
    case "awaitLocals":
      return `awaitLocals ${effect.taskTimeoutMs}`;
    case "fetchPage":
      return `fetchPage ${effect.token.join(".")}`.trimEnd();
  }
}

/** Drives one run by hand and keeps what it asked for. */
export class Player {
  readonly run: Run;
  effects: Effect[] = [];

  constructor(more: Partial<RunOptions> = {}) {
    this.run = createRun({ ...options, ...more });
  }

  /** Gives the effects of one input, in words. */
  step(input: Input): string[] {
    this.effects = step(this.run, input);
    return this.effects.map(effectText);
  }

  complete(...commands: WorkflowCommand[]): string[] {
    return this.step({ kind: "completion", completion: ok(...commands) });
  }

  answered(resetHistoryEventId = 0): string[] {
    return this.step({ kind: "answered", resetHistoryEventId });
  }

  /** The activation asked for last. */
  get activation(): Activation {
    const effect = this.effects.find((item) => item.kind === "activate");
    if (effect === undefined) throw new Error("no activation among the last effects");
    return effect.activation;
  }

  /** The one effect of this kind among the last ones. */
  effect<Kind extends Effect["kind"]>(kind: Kind): Extract<Effect, { kind: Kind }> {
    const isWanted = (item: Effect): item is Extract<Effect, { kind: Kind }> => item.kind === kind;
    const found = this.effects.find(isWanted);
    if (found === undefined) throw new Error(`no ${kind} among ${this.effects.map(effectText).join("; ")}`);
    return found;
  }
}
