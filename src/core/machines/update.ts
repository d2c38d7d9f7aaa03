import type { Init } from "../../codec-runtime/init.ts";
import type { Outcome } from "../../gen/codec/temporal/api/update/v1/message.ts";
import { protocolMessageCommand } from "../commands.ts";
import {
  defineMachine,
  type LiveMachine,
  Machine,
  type MachineKind,
  type OpenUpdate,
  type Scene,
} from "../machine.ts";
import { fatal, type Problem } from "../problem.ts";
import type { RespondToUpdate } from "../update-jobs.ts";
import { acceptance, rejection, response, type UpdateRequestMessage } from "../update-messages.ts";

type State =
  | "requestInitiated"
  | "accepted"
  | "rejected"
  | "acceptCommandCreated"
  | "acceptCommandRecorded"
  | "completed"
  | "completedCommandCreated"
  | "completedCommandRecorded"
  | "completedImmediately"
  | "completedImmediatelyAcceptCreated"
  | "completedImmediatelyCompleteCreated";

type Input =
  | "accept"
  | "reject"
  | "complete"
  | "protocolMessageSent"
  | "workflowExecutionUpdateAccepted"
  | "workflowExecutionUpdateCompleted";

interface UpdateData {
  readonly message: UpdateRequestMessage;
  /** The answer of workflow code that is being taken in. */
  outcome: Outcomes | undefined;
}

type Outcomes = NonNullable<Init<Outcome>["value"]>;

/** Messages of a replay were sent long ago; their commands wait for their events. */
function issue(data: UpdateData, scene: Scene, machine: LiveMachine, suffix: string): string {
  const id = `${data.message.messageId}/${suffix}`;
  scene.issued.push({ ack: "protocolMessageSent", command: protocolMessageCommand(id), machine });
  return id;
}

function accept(data: UpdateData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  const { messageId, protocolInstanceId, sequencingEventId, request } = data.message;
  const id = issue(data, scene, machine, "accept");
  if (scene.replaying) return;
  scene.outbox.push(
    acceptance(id, protocolInstanceId, {
      acceptedRequestMessageId: messageId,
      acceptedRequestSequencingEventId: sequencingEventId,
      acceptedRequest: request,
    }),
  );
}

/** A rejection leaves nothing in history: there is a message, but no command. */
function reject(data: UpdateData, scene: Scene): undefined {
  const { messageId, protocolInstanceId, sequencingEventId, request } = data.message;
  scene.updates.delete(protocolInstanceId);
  if (scene.replaying) return;
  scene.outbox.push(
    rejection(`${messageId}/reject`, protocolInstanceId, {
      rejectedRequestMessageId: messageId,
      rejectedRequestSequencingEventId: sequencingEventId,
      rejectedRequest: request,
      failure: data.outcome?.case === "failure" ? data.outcome.value : undefined,
    }),
  );
}

function complete(data: UpdateData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  const { protocolInstanceId, request } = data.message;
  const id = issue(data, scene, machine, "complete");
  if (scene.replaying) return;
  scene.outbox.push(
    response(id, protocolInstanceId, { meta: request.meta, outcome: { value: data.outcome } }),
  );
}

function forget({ message }: UpdateData, scene: Scene): undefined {
  scene.updates.delete(message.protocolInstanceId);
}

/**
 * An update: accepted or rejected at once, completed then or later. Each of both answers is a message and, but for a
 * rejection, a command that says where in the order of commands the message belongs.
 */
export const update: MachineKind<State, UpdateData> = defineMachine<State, Input, UpdateData>({
  name: "Update",
  initial: "requestInitiated",
  table: {
    requestInitiated: {
      accept: { to: "accepted", run: accept },
      reject: { to: "rejected", run: reject },
    },
    accepted: {
      complete: { to: "completedImmediately", run: complete },
      protocolMessageSent: { to: "acceptCommandCreated" },
    },
    acceptCommandCreated: {
      workflowExecutionUpdateAccepted: { to: "acceptCommandRecorded" },
      // The task goes on after its commands were taken in: a local activity ended, an activity was cancelled.
      complete: { to: "completedImmediatelyAcceptCreated", run: complete },
    },
    acceptCommandRecorded: { complete: { to: "completed", run: complete } },
    completed: { protocolMessageSent: { to: "completedCommandCreated" } },
    completedCommandCreated: {
      workflowExecutionUpdateCompleted: { to: "completedCommandRecorded", run: forget },
    },
    completedImmediately: { protocolMessageSent: { to: "completedImmediatelyAcceptCreated" } },
    completedImmediatelyAcceptCreated: {
      protocolMessageSent: { to: "completedImmediatelyCompleteCreated" },
    },
    completedImmediatelyCompleteCreated: {
      workflowExecutionUpdateAccepted: { to: "completedCommandCreated" },
    },
    completedCommandRecorded: {},
    rejected: {},
  },
  describe: ({ message }) =>
    `the answer to update '${message.request.input?.name ?? ""}' (update id '${message.request.meta?.updateId ?? ""}')`,
});

class UpdateMachine extends Machine<State, UpdateData> implements OpenUpdate {
  readonly #data: UpdateData;

  constructor(data: UpdateData) {
    super(update, data);
    this.#data = data;
  }

  respond(answer: RespondToUpdate["response"], scene: Scene): Problem | undefined {
    const data = this.#data;
    switch (answer.kind) {
      case "accepted":
        return this.advance("accept", undefined, scene);
      case "completed": {
        const payloads = answer.result === undefined ? [] : [answer.result];
        data.outcome = { case: "success", value: { payloads } };
        break;
      }
      case "rejected":
        data.outcome = { case: "failure", value: answer.failure };
        if (this.state === "requestInitiated") return this.advance("reject", undefined, scene);
    }
    const problem = this.advance("complete", undefined, scene);
    data.outcome = undefined;
    return problem;
  }
}

/** An update arrives: workflow code is told, and its answers will find the machine. */
export function openUpdate(message: UpdateRequestMessage, scene: Scene): void {
  const { protocolInstanceId, request } = message;
  scene.updates.set(protocolInstanceId, new UpdateMachine({ message, outcome: undefined }));
  scene.jobs.push({
    kind: "doUpdate",
    updateId: request.meta?.updateId ?? "",
    protocolInstanceId,
    updateName: request.input?.name ?? "",
    args: request.input?.args?.payloads ?? [],
    headers: request.input?.header?.fields ?? {},
    identity: request.meta?.identity ?? "",
    runValidator: !scene.replaying,
  });
}

/** Workflow code answers an update. */
export function respondToUpdate(command: RespondToUpdate, scene: Scene): Problem | undefined {
  const machine = scene.updates.get(command.protocolInstanceId);
  if (machine !== undefined) return machine.respond(command.response, scene);
  return fatal(
    `Workflow code answered the update '${command.protocolInstanceId}', which it was not given or has answered before`,
  );
}
