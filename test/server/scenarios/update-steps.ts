import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Message } from "../../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import {
  decodeRequest,
  encodeAcceptance,
  encodeRejection,
  encodeRequest,
  encodeResponse,
} from "../../../src/gen/codec/temporal/api/update/v1/message.ts";
import type {
  PollWorkflowTaskQueueResponse,
  UpdateWorkflowExecutionRequest,
  UpdateWorkflowExecutionResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { command, json, type Stage } from "./stage.ts";

export const ACCEPTED = 2;
export const COMPLETED = 3;

/** An update of the default workflow, as a client sends it. */
export function updateRequest(
  stage: Stage,
  updateId: string,
  more: Init<UpdateWorkflowExecutionRequest> = {},
): Init<UpdateWorkflowExecutionRequest> {
  return {
    namespace: stage.namespace,
    workflowExecution: stage.execution,
    request: {
      meta: { updateId, identity: "updater" },
      input: { name: "change", args: json(updateId) },
    },
    ...more,
  };
}

/** Sends an update. What it gives is to be logged when it is there: `stage.step("…", () => sent)`. */
export function sendUpdate(
  stage: Stage,
  updateId: string,
  more: Init<UpdateWorkflowExecutionRequest> = {},
  deadlineMs = 30_000,
): Promise<UpdateWorkflowExecutionResponse> {
  return later(
    stage.service.updateWorkflowExecution(updateRequest(stage, updateId, more), {
      deadline: Date.now() + deadlineMs,
    }),
  );
}

/** A call whose end is looked at later. */
export function later<Answer>(call: Promise<Answer>): Promise<Answer> {
  call.catch(() => undefined);
  return call;
}

/** Until the server has an update: polling for it answers. */
export async function known(stage: Stage, updateId: string): Promise<void> {
  const { namespace } = stage;
  for (let left = 100; left > 0; left -= 1) {
    try {
      await stage.service.pollWorkflowExecutionUpdate({
        namespace,
        updateRef: { workflowExecution: stage.execution, updateId },
      });
      return;
    } catch {
      await stage.pause(20);
    }
  }
  throw new Error(`update ${updateId} never came`);
}

const TYPES = "type.googleapis.com/temporal.api.update.v1.";

function message(updateId: string, what: string, value: Uint8Array): Init<Message> {
  return {
    id: `${updateId}/${what.toLowerCase()}`,
    protocolInstanceId: updateId,
    body: { typeUrl: `${TYPES}${what}`, value },
  };
}

export function acceptance(updateId: string, sequencingEventId = 4): Init<Message> {
  const value = encodeAcceptance({
    acceptedRequestMessageId: `${updateId}/request`,
    acceptedRequestSequencingEventId: BigInt(sequencingEventId),
  });
  return message(updateId, "Acceptance", value);
}

/** One that carries the request, for a server that has forgotten it. */
export function acceptanceWithRequest(updateId: string): Init<Message> {
  const acceptedRequest = {
    meta: { updateId, identity: "updater" },
    input: { name: "change", args: json(updateId) },
  };
  return message(
    updateId,
    "Acceptance",
    encodeAcceptance({
      acceptedRequestMessageId: `${updateId}/request`,
      acceptedRequestSequencingEventId: 2n,
      acceptedRequest,
    }),
  );
}

export function rejection(updateId: string): Init<Message> {
  const value = encodeRejection({
    rejectedRequestMessageId: `${updateId}/request`,
    failure: {
      message: `no ${updateId}`,
      failureInfo: { case: "applicationFailureInfo", value: { type: "No" } },
    },
  });
  return message(updateId, "Rejection", value);
}

export function response(updateId: string, metaId = updateId): Init<Message> {
  const value = encodeResponse({
    meta: { updateId: metaId, identity: "updater" },
    outcome: { value: { case: "success", value: json(`did ${updateId}`) } },
  });
  return message(updateId, "Response", value);
}

/** A message that no worker should send. */
export function strange(updateId: string, typeUrl: string): Init<Message> {
  return { ...message(updateId, "Strange", encodeRequest({})), body: { typeUrl, value: new Uint8Array() } };
}

/** Commands that stand for messages, in their order. */
export function commandsOf(messages: readonly Init<Message>[]): Init<Command>[] {
  return messages.map(({ id }) => command("protocolMessage", { messageId: id }));
}

/** What of a task concerns updates, queries and what the worker has to replay. */
export function shownTask(task: PollWorkflowTaskQueueResponse): unknown {
  return {
    attempt: task.attempt,
    previousStartedEventId: task.previousStartedEventId,
    startedEventId: task.startedEventId,
    events: task.history?.events.map((event) => `${event.eventId} ${event.attributes.case}`),
    messages: task.messages.map(({ id, protocolInstanceId, sequencingId, body }) => ({
      id,
      protocolInstanceId,
      sequencingId,
      request: body && decodeRequest(body.value),
    })),
    query: task.query,
    queries: Object.values(task.queries),
  };
}

/** Takes the next workflow task and logs it. */
export async function pollShown(
  stage: Stage,
  step: string,
  taskQueue?: string,
): Promise<PollWorkflowTaskQueueResponse> {
  const task = await stage.pollTask(taskQueue);
  await stage.step(step, () => Promise.resolve(task), shownTask);
  return task;
}

/** The kinds of events, one line. */
export async function kinds(stage: Stage, step = "events"): Promise<void> {
  await stage.step(
    step,
    () => stage.events(),
    (events) => events.map(({ eventId, attributes }) => `${eventId} ${attributes.case?.slice(0, -15)}`),
  );
}

/** Starts the default workflow and lets its first task pass. */
export async function startIdle(stage: Stage, request: Parameters<Stage["start"]>[0] = {}): Promise<void> {
  await stage.start(request);
  await stage.decide();
}
