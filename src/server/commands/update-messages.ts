import { CodecError } from "../../codec-runtime/codec-error.ts";
import type { Init } from "../../codec-runtime/init.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { Message } from "../../gen/codec/temporal/api/protocol/v1/message.ts";
import {
  type Acceptance,
  decodeAcceptance,
  decodeRejection,
  decodeResponse,
  encodeRequest,
  type Request,
  type Response,
} from "../../gen/codec/temporal/api/update/v1/message.ts";
import type { Transaction } from "../execution/transaction.ts";
import { checkTotal } from "../execution/update-admission.ts";
import { requestMessageId, UPDATE_PROTOCOL } from "../execution/update-delivery.ts";
import { failed, UNPROCESSED } from "../execution/update-status.ts";
import { MAX_BLOB_BYTES } from "../limits.ts";
import { invalidArgument } from "../rpc/failures.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { type CommandContext, CommandRefused } from "./command.ts";

const CAUSE = Cause.BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;

type Context = Pick<CommandContext, "tx" | "completedId">;

/** What a worker says of an update. */
type Body =
  | { readonly kind: "acceptance"; readonly acceptance: Acceptance }
  | { readonly kind: "rejection"; readonly rejection: ReturnType<typeof decodeRejection> }
  | { readonly kind: "response"; readonly response: Response };

const GO_NAMES: Readonly<Record<Body["kind"], string>> = {
  acceptance: "*update.Acceptance",
  rejection: "*update.Rejection",
  response: "*update.Response",
};

/**
 * Carries out what a worker says of an update.
 *
 * @throws {CommandRefused} when that cannot be said of this update now
 */
export function runMessage(context: Context, message: Message): void {
  const name = checkForm(message);
  const { tx } = context;
  const updateId = message.protocolInstanceId;
  if (!isKnown(tx, updateId)) resurrect(tx, message, name);
  const body = readBody(message, name);
  // A closed run takes no events: what was not said before its end is as good as unsaid.
  if (!tx.running && body.kind !== "rejection") {
    const live = tx.state.liveUpdates.get(updateId);
    if (live) tx.state.liveUpdates.set(updateId, { ...live, tooLate: true });
    return;
  }
  switch (body.kind) {
    case "acceptance":
      accept(context, updateId, body.acceptance);
      break;
    case "rejection":
      if (!tx.state.liveUpdates.has(updateId)) throw wrongState(context, updateId, body.kind);
      reject(tx, updateId, body.rejection.failure ?? {});
      break;
    case "response":
      respond(context, updateId, body.response);
  }
}

/** Refuses the updates that the worker had and said nothing about: they would come back to it for ever. */
export function rejectUnprocessed(tx: Transaction): void {
  if (tx.state.liveUpdates.size === 0) return;
  for (const update of [...tx.state.liveUpdates.values()]) {
    if (update.sentWith !== 0) reject(tx, update.updateId, UNPROCESSED);
  }
}

/** Whether a message refuses an update. */
export function isRejection(message: Message): boolean {
  return bodyName(message) === `${UPDATE_PROTOCOL}.Rejection`;
}

function bodyName({ body }: Message): string {
  return body?.typeUrl.slice(body.typeUrl.lastIndexOf("/") + 1) ?? "";
}

function checkForm(message: Message): string {
  if (message.body === undefined) throw invalidArgument("nil message body");
  const name = bodyName(message);
  if (name === "") throw invalidArgument("no message name specified");
  const dot = name.lastIndexOf(".");
  if (dot < 0) throw invalidArgument(`failed to extract protocol type: no . found in "${name}"`);
  if (message.body.value.length > MAX_BLOB_BYTES) {
    throw new CommandRefused(CAUSE, `Message type ${name} exceeds size limit.`, { terminates: true });
  }
  const protocol = name.slice(0, dot);
  if (protocol !== UPDATE_PROTOCOL) throw new CommandRefused(CAUSE, `unsupported protocol type ${protocol}`);
  return name.slice(dot + 1);
}

function readBody({ body }: Message, name: string): Body {
  const bytes = body?.value ?? new Uint8Array(0);
  try {
    if (name === "Acceptance") return { kind: "acceptance", acceptance: decodeAcceptance(bytes) };
    if (name === "Rejection") return { kind: "rejection", rejection: decodeRejection(bytes) };
    if (name === "Response") return { kind: "response", response: decodeResponse(bytes) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new CommandRefused(CAUSE, `unable to unmarshal request: ${error.message}`);
  }
  throw new CommandRefused(CAUSE, `Message type *update.${name} not supported`);
}

function isKnown({ state }: Transaction, updateId: string): boolean {
  return state.liveUpdates.has(updateId) || state.updates.has(updateId) || settledNow({ state }, updateId);
}

function settledNow({ state }: Pick<Transaction, "state">, updateId: string): boolean {
  for (const changed of state.liveUpdates.changedKeys()) if (changed === updateId) return true;
  return false;
}

/** The worker has an update that the server does not know any more: its answer brings the request back. */
function resurrect(tx: Transaction, message: Message, name: string): void {
  const updateId = message.protocolInstanceId;
  try {
    checkTotal(tx);
  } catch (error) {
    if (error instanceof ServiceFailure) throw new CommandRefused(CAUSE, error.message);
    throw error;
  }
  const body = readBody(message, name);
  const request: Init<Request> | undefined =
    body.kind === "acceptance"
      ? body.acceptance.acceptedRequest
      : body.kind === "rejection"
        ? body.rejection.rejectedRequest
        : undefined;
  if (request === undefined) {
    throw new CommandRefused(
      CAUSE,
      `update ${updateId} wasn't found on the server. This is most likely a transient error which will be resolved automatically by retries`,
    );
  }
  const bytes = encodeRequest(request).length;
  tx.state.liveUpdates.set(updateId, { updateId, request, bytes, sentWith: 0 });
}

function accept(context: Context, updateId: string, acceptance: Acceptance): void {
  const { tx } = context;
  const update = tx.state.liveUpdates.get(updateId);
  if (update === undefined) throw wrongState(context, updateId, "acceptance");
  const sequencingEventId = acceptance.acceptedRequestSequencingEventId;
  if (sequencingEventId === 0n)
    throw invalid("acceptance", "accepted_request_sequencing_event_id is not set");
  if (acceptance.acceptedRequestMessageId === "") {
    throw invalid("acceptance", "accepted_request_message_id is not set");
  }
  tx.add("workflowExecutionUpdateAccepted", {
    protocolInstanceId: updateId,
    acceptedRequestMessageId: requestMessageId(updateId),
    acceptedRequestSequencingEventId: sequencingEventId,
    acceptedRequest: update.request,
  });
  tx.run.updates.tell(tx, updateId);
}

function reject(tx: Transaction, updateId: string, failure: Parameters<typeof failed>[0]): void {
  tx.state.liveUpdates.delete(updateId);
  tx.run.updates.tell(tx, updateId, failed(failure));
}

function respond(context: Context, updateId: string, { meta, outcome }: Response): void {
  const { tx } = context;
  const record = tx.state.updates.get(updateId);
  if (record === undefined || record.acceptedEventId === 0 || record.outcome !== undefined) {
    throw wrongState(context, updateId, "response");
  }
  if (meta === undefined) throw invalid("response", "meta is not set");
  if (meta.updateId === "") throw invalid("response", "meta.update_id is not set");
  if (meta.updateId !== updateId) throw invalid("response", `meta.update_id != ${updateId}`);
  if (outcome === undefined) throw invalid("response", "outcome is not set");
  tx.add("workflowExecutionUpdateCompleted", { meta, acceptedEventId: record.acceptedEventId, outcome });
  tx.run.updates.tell(tx, updateId);
}

function invalid(kind: Body["kind"], what: string): CommandRefused {
  return new CommandRefused(CAUSE, `invalid ${GO_NAMES[kind]}: ${what}`);
}

function wrongState(context: Context, updateId: string, kind: Body["kind"]): CommandRefused {
  return new CommandRefused(
    CAUSE,
    `invalid state transition attempted for Update ${updateId}: received ${GO_NAMES[kind]} message while in state ${stateName(context, updateId)}`,
  );
}

function stateName({ tx: { state }, completedId }: Context, updateId: string): string {
  const live = state.liveUpdates.get(updateId);
  if (live !== undefined) return live.sentWith === 0 ? "Admitted" : "Sent";
  const record = state.updates.get(updateId);
  const now = [...state.updates.changedKeys()].includes(updateId);
  if (record === undefined) return "ProvisionallyCompleted";
  // Brought again by a reset, and rejected since.
  if (record.acceptedEventId === 0)
    return settledNow({ state }, updateId) ? "ProvisionallyCompleted" : "Completed";
  if (record.outcome !== undefined) return now ? "ProvisionallyCompleted" : "Completed";
  return record.acceptedEventId > completedId ? "ProvisionallyAccepted" : "Accepted";
}
