import type { Draft, Init } from "../codec-runtime/init.ts";
import type { PayloadValue } from "../codec-runtime/visit.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import { visitCommand } from "../gen/codec/temporal/api/command/v1/message.visit.ts";
import { visitMemo } from "../gen/codec/temporal/api/common/v1/message.visit.ts";
import { visitMessage } from "../gen/codec/temporal/api/protocol/v1/message.visit.ts";
import { visitWorkflowQueryResult } from "../gen/codec/temporal/api/query/v1/message.visit.ts";
import type { RespondWorkflowTaskCompletedRequest } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkerFacts } from "./protocol.ts";

/** Bytes of a payload on the wire, but for a few bytes of framing. */
export function payloadBytes({ data, metadata }: PayloadValue): number {
  let bytes = (data?.length ?? 0) + 4;
  for (const key in metadata) bytes += key.length + (metadata[key]?.length ?? 0) + 6;
  return bytes;
}

/** The first thing in an answer that the server would refuse for its size, in words; undefined when there is none. */
export function findOversize(
  { commands, queryResults, messages }: Init<RespondWorkflowTaskCompletedRequest>,
  { payloadErrorBytes, memoErrorBytes }: WorkerFacts["limits"],
): string | undefined {
  if (payloadErrorBytes <= 0 && memoErrorBytes <= 0) return undefined;
  for (const [index, command] of (commands ?? []).entries()) {
    const where = `${nameOf(command)} (command ${index + 1} of ${commands!.length})`;
    const memo = memoOf(command);
    const memoSize = memo === undefined ? 0 : sizeOf((visitor) => visitMemo(memo, visitor));
    // Visiting reads only: a draft is the same data, writable.
    const all = sizeOf((visitor) => visitCommand(command as Draft<Command>, visitor));
    const problem =
      tooLarge(all - memoSize, payloadErrorBytes, `The payloads of ${where}`) ??
      tooLarge(memoSize, memoErrorBytes, `The memo of ${where}`);
    if (problem !== undefined) return problem;
  }
  for (const message of messages ?? []) {
    // Visiting the body of a message writes it back: a copy keeps the answer as it is.
    const size = sizeOf((visitor) =>
      visitMessage({ ...message, body: message.body && { ...message.body } }, visitor),
    );
    const problem = tooLarge(
      size,
      payloadErrorBytes,
      `The payloads of the update message '${message.id ?? ""}'`,
    );
    if (problem !== undefined) return problem;
  }
  for (const [id, result] of Object.entries(queryResults ?? {})) {
    const size = sizeOf((visitor) =>
      visitWorkflowQueryResult(result as Parameters<typeof visitWorkflowQueryResult>[0], visitor),
    );
    const problem = tooLarge(size, payloadErrorBytes, `The answer to query ${id}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** One sentence when `bytes` exceeds `limit`; `what` starts it. */
export function tooLarge(bytes: number, limit: number, what: string): string | undefined {
  if (limit <= 0 || bytes <= limit) return undefined;
  return (
    `[TMPRL1103] ${what} have ${bytes} bytes, over the server's limit of ${limit}. Pass a reference to data that is kept ` +
    "elsewhere, compress it with a payload codec, or split it"
  );
}

type Visitor = Parameters<typeof visitCommand>[1];

function sizeOf(visit: (visitor: Visitor) => void): number {
  let bytes = 0;
  visit({
    headers: true,
    payload: (payload) => {
      bytes += payloadBytes(payload);
      return payload;
    },
  });
  return bytes;
}

function memoOf({ attributes }: Init<Command>): Parameters<typeof visitMemo>[0] | undefined {
  if (attributes?.case === undefined) return undefined;
  const value = attributes.value as { memo?: unknown; upsertedMemo?: unknown };
  return (value.memo ?? value.upsertedMemo) as Parameters<typeof visitMemo>[0] | undefined;
}

/** The command as users call it: `scheduleActivityTask 'charge'`. */
function nameOf({ attributes }: Init<Command>): string {
  if (attributes?.case === undefined) return "a command";
  const name = attributes.case.replace(/CommandAttributes$/, "");
  const value = attributes.value as { activityType?: { name?: string }; workflowType?: { name?: string } };
  const type = value.activityType?.name ?? value.workflowType?.name;
  return type === undefined ? name : `${name} '${type}'`;
}
