// Invariants
// C1. A completed workflow task is carried out whole or not at all: a command that cannot be carried out undoes the others,
//     and then the task has failed.

import type { Init } from "../../codec-runtime/init.ts";
import type { Command } from "../../gen/codec/temporal/api/command/v1/message.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import {
  WorkflowExecutionStatus as Status,
  TimeoutType,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Message } from "../../gen/codec/temporal/api/protocol/v1/message.ts";
import type {
  RespondWorkflowTaskCompletedRequest,
  RespondWorkflowTaskCompletedResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import {
  type CommandContext,
  type CommandHandler,
  type CommandName,
  CommandRefused,
} from "../commands/command.ts";
import { checkCommandSize } from "../commands/command-sizes.ts";
import { commandName, commandTypeName, withoutAttributes } from "../commands/command-types.ts";
import { CLOSING, COMMANDS } from "../commands/table.ts";
import { isRejection, rejectUnprocessed, runMessage } from "../commands/update-messages.ts";
import { MAX_DISCARDED_EVENTS, TASK_HEARTBEAT_TIMEOUT_MS } from "../limits.ts";
import { alreadyCompleted, invalidArgument, notFound } from "../rpc/failures.ts";
import { checkIdentity } from "../rpc/request-checks.ts";
import type { ServiceFailure } from "../rpc/service-failure.ts";
import { decodeTaskToken, type TaskToken } from "../rpc/task-token.ts";
import { durationMs } from "../wire-time.ts";
import { type ActivityTaskAnswer, startActivity } from "./activities.ts";
import { terminate } from "./close.ts";
import type { Engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { WorkflowTask } from "./run-state.ts";
import { taskAnswer } from "./task-dispatch.ts";
import type { Transaction } from "./transaction.ts";
import { abortSentUpdates } from "./update-end.ts";
import { completeTask, dropTask, failTask, scheduleTask, startTask, timeOutTask } from "./workflow-task.ts";

type Request = RespondWorkflowTaskCompletedRequest;
type Answer = Init<RespondWorkflowTaskCompletedResponse>;

interface Done {
  readonly next: WorkflowTask | undefined;
  readonly activities: readonly ActivityTaskAnswer[];
  readonly resetHistoryEventId: number;
}

/** Carries out what a worker decided. */
export function respondTaskCompleted(engine: Engine, request: Request): Answer {
  checkIdentity(request.identity);
  const token = decodeTaskToken(request.taskToken, request.namespace);
  const run = taskOf(engine, token, noSuchTask);
  let done: Done | "heartbeat-timeout";
  try {
    done = engine.transact(run, (tx) => complete(engine, tx, request));
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    refuse(engine, run, request, error);
    throw invalidArgument(error.text);
  }
  if (done === "heartbeat-timeout") throw notFound("workflow task heartbeat timeout");
  return {
    // Whoever asks for it has the run in its cache.
    workflowTask: done.next && taskAnswer(run, done.next, true),
    activityTasks: done.activities,
    resetHistoryEventId: done.resetHistoryEventId,
  };
}

/** The run whose task a worker answers to. @throws {ServiceFailure} NOT_FOUND when it is not that task's turn any more */
export function taskOf(
  engine: Engine,
  token: TaskToken,
  whenClosed: () => ServiceFailure = alreadyCompleted,
): Run {
  const run = engine.run(token.namespace, token.workflowId, token.runId);
  if (token.kind !== "workflow") throw invalidArgument("Error deserializing task token.");
  if (!run) throw notFound(`workflow not found for ID: ${token.workflowId}`);
  if (run.fields.status !== Status.RUNNING && run.fields.status !== Status.PAUSED) throw whenClosed();
  const { task } = run.fields;
  const same = task?.stamp === token.stamp && task.startedId === token.startedId && task.startedId !== 0;
  if (!same) throw noSuchTask();
  return run;
}

function noSuchTask(): ServiceFailure {
  return notFound("Workflow task not found.");
}

function complete(engine: Engine, tx: Transaction, request: Request): Done | "heartbeat-timeout" {
  const { run, fields } = tx;
  const task = fields.task as WorkflowTask;
  const heartbeats =
    request.forceCreateNewWorkflowTask && request.commands.length === 0 && request.messages.length === 0;
  if (heartbeats && tx.nowMs - task.originalScheduledMs > TASK_HEARTBEAT_TIMEOUT_MS) {
    timeOutTask(tx, TimeoutType.START_TO_CLOSE);
    tx.taskNeeded = true;
    return "heartbeat-timeout";
  }
  const dropped = keepsNothing(tx, task, request);
  const completedId = dropped ? 0 : completed(tx, request);
  if (dropped) dropTask(tx);
  keepSticky(tx, request);
  const eager: number[] = [];
  runCommands({ engine, run, tx, request, completedId, eager });
  const resetHistoryEventId = dropped ? fields.lastStartedId : 0;
  const done = afterTask(tx, request, { heartbeats, task, resetHistoryEventId, eager });
  run.queries.answer(tx, request.queryResults);
  if (tx.fields.task === undefined) run.queries.unblock(tx);
  return done;
}

function completed(tx: Transaction, request: Request): number {
  tx.fields.mostRecentWorkerIdentity = request.identity;
  return completeTask(tx, {
    identity: request.identity,
    binaryChecksum: request.binaryChecksum,
    workerVersion: request.workerVersionStamp,
    sdkMetadata: request.sdkMetadata,
    meteringMetadata: request.meteringMetadata,
    versioningBehavior: request.versioningBehavior,
    deploymentVersion: deploymentVersion(request),
    workerDeploymentName: request.deploymentOptions?.deploymentName ?? "",
  });
}

/**
 * Whether a speculative task leaves nothing to keep: its worker refused every update and asked for nothing else. The events
 * that it brought must be few, as they are sent again with the next one, and the worker must know to forget them.
 */
function keepsNothing({ fields }: Transaction, task: WorkflowTask, request: Request): boolean {
  if (task.kind !== "speculative" || request.commands.length > 0) return false;
  if (request.forceCreateNewWorkflowTask) return false;
  const forgets = request.capabilities?.discardSpeculativeWorkflowTaskWithEvents ?? false;
  // The event that started the last task, the one that completed it, and what came since.
  const shown = fields.nextEventId - (fields.lastStartedId + 2);
  return shown <= (forgets ? MAX_DISCARDED_EVENTS : 0) && request.messages.every(isRejection);
}

function runCommands(context: Omit<CommandContext, "extras">): void {
  const { request, tx } = context;
  const names = request.commands.map(({ commandType }) => commandName(commandType));
  checkOrder(names, request.commands);
  const messages: Map<string, Message> = new Map();
  for (const message of request.messages) messages.set(message.id, message);
  request.commands.forEach((command, index) => {
    const name = names[index];
    const { commandType, attributes } = command;
    if (name === undefined) throw invalidArgument(`unknown command type: ${commandTypeName(commandType)}`);
    if (attributes.case !== `${name}CommandAttributes`) throw withoutAttributes(commandType);
    if (name === "protocolMessage") {
      runMessage(context, take(messages, command));
      return;
    }
    const handler = COMMANDS[name];
    if (!handler) throw new Error(`nothing carries out ${name}`);
    const extras = {
      ...(command.userMetadata ? { userMetadata: command.userMetadata } : {}),
      ...(command.eventGroupMarkers.length > 0 ? { eventGroupMarkers: command.eventGroupMarkers } : {}),
    };
    // The table has for each name the handler of that name's value.
    (handler as CommandHandler<CommandName>)({ extras, ...context }, attributes.value as never);
    checkCommandSize(name, attributes.value as never);
  });
  for (const message of messages.values()) runMessage(context, message);
  if (tx.running && !request.forceCreateNewWorkflowTask) rejectUnprocessed(tx);
}

/** The message that a command stands for. */
function take(messages: Map<string, Message>, { attributes }: Command): Message {
  const messageId = attributes.case === "protocolMessageCommandAttributes" ? attributes.value.messageId : "";
  const cause = Cause.BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;
  if (messageId === "") {
    throw new CommandRefused(cause, "MessageID is not set on ProtocolMessageCommand.");
  }
  const message = messages.get(messageId);
  if (message === undefined) {
    throw new CommandRefused(cause, `ProtocolMessageCommand referenced absent message ID ${messageId}`);
  }
  messages.delete(messageId);
  return message;
}

function checkOrder(names: readonly (CommandName | undefined)[], commands: readonly Command[]): void {
  const closing = names.findIndex((name) => name !== undefined && CLOSING.has(name));
  if (closing < 0 || closing === names.length - 1) return;
  const types = commands.map((command) => commandTypeName(command.commandType));
  throw invalidArgument(
    `invalid command sequence: [${types.join(", ")}], command ${types[closing]} must be the last command.`,
  );
}

function afterTask(
  tx: Transaction,
  request: Request,
  state: {
    readonly heartbeats: boolean;
    readonly task: WorkflowTask;
    readonly resetHistoryEventId: number;
    readonly eager: readonly number[];
  },
): Done {
  const { resetHistoryEventId } = state;
  if (!tx.running) return { next: undefined, activities: [], resetHistoryEventId };
  const activities = state.eager.map((scheduledId) =>
    startActivity(tx, scheduledId, { identity: request.identity }),
  );
  const wanted = tx.flush() || request.forceCreateNewWorkflowTask || tx.taskNeeded;
  if (!wanted && tx.state.liveUpdates.size === 0) return { next: undefined, activities, resetHistoryEventId };
  scheduleTask(tx, {
    speculative: !wanted && request.returnNewWorkflowTask,
    ...(state.heartbeats ? { originalScheduledMs: state.task.originalScheduledMs } : {}),
  });
  if (!request.returnNewWorkflowTask) return { next: undefined, activities, resetHistoryEventId };
  const next = startTask(tx, {
    requestId: "request-from-RespondWorkflowTaskCompleted",
    identity: request.identity,
    sticky: tx.fields.sticky !== undefined,
    onlyNewUpdates: request.forceCreateNewWorkflowTask,
  });
  return { next, activities, resetHistoryEventId };
}

function keepSticky(tx: Transaction, { stickyAttributes }: Request): void {
  const queue = stickyAttributes?.workerTaskQueue?.name;
  tx.fields.sticky = queue
    ? { queue, scheduleToStartMs: durationMs(stickyAttributes.scheduleToStartTimeout) ?? 0 }
    : undefined;
}

function deploymentVersion({
  deploymentOptions,
}: Request): { deploymentName: string; buildId: string } | undefined {
  if (!deploymentOptions?.deploymentName) return undefined;
  return { deploymentName: deploymentOptions.deploymentName, buildId: deploymentOptions.buildId };
}

function refuse(engine: Engine, run: Run, request: Request, error: CommandRefused): void {
  engine.transact(run, (tx) => {
    // A later attempt that fails in the same way is let run out of time, so that it does not come back at once.
    abortSentUpdates(tx);
    const attempt = tx.fields.task?.attempt ?? 1;
    if (attempt > 1 && error.failedCause !== Cause.UNHANDLED_COMMAND && !error.terminates) return;
    failTask(tx, {
      cause: error.failedCause,
      identity: request.identity,
      failure: { message: error.text, failureInfo: { case: "serverFailureInfo", value: {} } },
    });
    if (error.terminates) terminate(tx, { reason: error.text, identity: "history-service" });
    if (error.failedCause === Cause.UNHANDLED_COMMAND) tx.fields.closeAttempted = true;
    tx.taskNeeded = true;
  });
}
