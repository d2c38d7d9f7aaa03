// Payload visitors: every payload of every message is seen once, in a fixed order, except search attributes.
import type { DescMessage } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  collectPayloads,
  type PayloadValue,
  type PayloadVisitor,
  replacePayloads,
  transformPayloads,
} from "../../src/codec-runtime/visit.ts";
import {
  decodeHistoryEvent,
  encodeHistoryEvent,
} from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { visitHistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.visit.ts";
import { decodeMessage, encodeMessage } from "../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import { visitMessage } from "../../src/gen/codec/temporal/api/protocol/v1/message.visit.ts";
import { decodeRequest, encodeRequest } from "../../src/gen/codec/temporal/api/update/v1/message.ts";
import { plain, randomFrom, randomMessage, seedOf } from "./random.ts";
import { registry } from "./registry.ts";

const PAYLOAD = "temporal.api.common.v1.Payload";
const visited = [...registry.values()].filter(({ visit }) => visit !== undefined);

/** All payloads below a message by descriptor, the independent way. */
function find(desc: DescMessage, message: Record<string, unknown>, headers: boolean): unknown[] {
  return desc.fields.flatMap((field) => {
    if (field.message === undefined) return [];
    const holder =
      field.oneof && (message[field.oneof.localName] as { case?: string; value?: unknown } | undefined);
    const value = field.oneof
      ? holder?.case === field.localName
        ? holder.value
        : undefined
      : message[field.localName];
    if (value === undefined) return [];
    const inner = field.message;
    if (inner.typeName === "temporal.api.common.v1.SearchAttributes") return [];
    if (inner.typeName === "temporal.api.common.v1.Header" && !headers) return [];
    const values =
      field.fieldKind === "list" || field.fieldKind === "map" ? Object.values(value as object) : [value];
    if (inner.typeName === PAYLOAD) return values;
    return values.flatMap((item) => find(inner, item as Record<string, unknown>, headers));
  });
}

describe("visitors", () => {
  test("each message that can hold a payload has one, no other has", () => {
    const holds = (desc: DescMessage, path: DescMessage[]): boolean =>
      desc.typeName !== "temporal.api.common.v1.SearchAttributes" &&
      desc.fields.some(
        ({ message }) =>
          message !== undefined &&
          (message.typeName === PAYLOAD || (!path.includes(message) && holds(message, [...path, message]))),
      );
    const packed = [
      "google.rpc.Status",
      "temporal.api.errordetails.v1.MultiOperationExecutionFailure",
      "temporal.api.errordetails.v1.MultiOperationExecutionFailure.OperationStatus",
      "temporal.api.protocol.v1.Message",
    ];
    for (const { desc, visit } of registry.values()) {
      const expected = desc.typeName !== PAYLOAD && holds(desc, [desc]);
      const throughAny = visit !== undefined && !expected;
      if (throughAny) expect(anyBelow(desc, packed), desc.typeName).toBe(true);
      else expect(visit !== undefined, desc.typeName).toBe(expected);
    }
    expect(visited.length).toBeGreaterThan(150);
  });

  function anyBelow(desc: DescMessage, packed: string[], path: DescMessage[] = []): boolean {
    if (packed.includes(desc.typeName)) return true;
    return desc.fields.some(
      ({ message }) =>
        message !== undefined && !path.includes(message) && anyBelow(message, packed, [...path, message]),
    );
  }

  test.each(visited.map(({ desc }) => desc.typeName))(
    "%s: all payloads are seen and replaced",
    (typeName) => {
      const { desc, visit, encode, decode } = registry.get(typeName)!;
      const random = randomFrom(seedOf(typeName) ^ 6);
      for (let round = 0; round < 5; round++) {
        const init = randomMessage(desc, random, { json: true, depth: 4 });
        for (const headers of [true, false]) {
          const message = decode(encode(init));
          const expected = find(desc, message, headers).map(plain);
          const batch = collectPayloads(message, visit!, { headers });
          const key = (payload: unknown): string =>
            Buffer.from(registry.get(PAYLOAD)!.encode(payload as object)).toString("hex");
          expect(batch.map(key).sort()).toEqual(expected.map(key).sort());
          const payloads = batch.map((_, i) => ({ data: Uint8Array.of(i & 0xff, i >> 8) }));
          replacePayloads(message, visit!, { payloads, headers });
          expect(collectPayloads(message, visit!, { headers }).map(({ data }) => [...data!])).toEqual(
            payloads.map(({ data }) => [...data]),
          );
          expect(decode(encode(message))).toEqual(message);
        }
        // Partial messages, as they are written by hand, are walked without harm.
        collectPayloads(init, visit!, { headers: true });
      }
    },
  );
});

describe("sites and batches", () => {
  const payload = (text: string): PayloadValue => ({
    metadata: {},
    data: new TextEncoder().encode(text),
    externalPayloads: [],
  });
  const started = () =>
    decodeHistoryEvent(
      encodeHistoryEvent({
        userMetadata: { summary: payload("summary") },
        attributes: {
          case: "workflowExecutionStartedEventAttributes",
          value: {
            input: { payloads: [payload("one"), payload("two")] },
            memo: { fields: { note: payload("memo") } },
            header: { fields: { trace: payload("header") } },
            searchAttributes: { indexedFields: { status: payload("search") } },
            continuedFailure: { cause: { encodedAttributes: payload("failure") } },
          },
        },
      }),
    );

  test("the site is the field of the message around, search attributes are left out, headers on demand", () => {
    const sites: string[] = [];
    const visitor = (headers: boolean): PayloadVisitor => ({
      headers,
      payload: (value, site) => {
        sites.push(`${site.slice("temporal.api.".length)} ${new TextDecoder().decode(value.data)}`);
        return value;
      },
    });
    visitHistoryEvent(started(), visitor(true));
    const all = [...sites];
    expect(all.sort()).toEqual([
      "failure.v1.Failure.encoded_attributes failure",
      "history.v1.WorkflowExecutionStartedEventAttributes.header header",
      "history.v1.WorkflowExecutionStartedEventAttributes.input one",
      "history.v1.WorkflowExecutionStartedEventAttributes.input two",
      "history.v1.WorkflowExecutionStartedEventAttributes.memo memo",
      "sdk.v1.UserMetadata.summary summary",
    ]);
    sites.length = 0;
    visitHistoryEvent(started(), visitor(false));
    expect(sites.length).toBe(all.length - 1);
  });

  test("one batch per message, put back in place", async () => {
    const event = started();
    let calls = 0;
    await transformPayloads(event, visitHistoryEvent, {
      transform: async (batch) => {
        calls += 1;
        return batch.map(({ data }) => ({ data: data!.map((byte) => byte ^ 1) }));
      },
    });
    expect(calls).toBe(1);
    expect(event).not.toEqual(started());
    await transformPayloads(event, visitHistoryEvent, {
      transform: async (batch) => batch.map(({ data }) => ({ data: data!.map((byte) => byte ^ 1) })),
    });
    // What the transform left out is filled in, so the event is whole again.
    expect(event).toEqual(started());
  });

  test("without payloads nothing is transformed", async () => {
    const event = decodeHistoryEvent(encodeHistoryEvent({ eventId: 1 }));
    await transformPayloads(event, visitHistoryEvent, {
      transform: () => Promise.reject(new Error("not wanted")),
    });
    expect(event.eventId).toBe(1n);
  });

  test("a batch of another length is refused, and nothing is changed", async () => {
    const event = started();
    const short = transformPayloads(event, visitHistoryEvent, { transform: async (batch) => batch.slice(1) });
    await expect(short).rejects.toThrow("5 payloads were given to be changed, 4 came back");
    expect(event).toEqual(started());
  });

  test("payloads inside of an Any are visited too: updates travel so", () => {
    const request = {
      meta: { updateId: "u" },
      input: { name: "add", args: { payloads: [payload("argument")] } },
    };
    const body = {
      typeUrl: "type.googleapis.com/temporal.api.update.v1.Request",
      value: encodeRequest(request),
    };
    const message = decodeMessage(encodeMessage({ id: "m", body }));
    expect(collectPayloads(message, visitMessage).map(plain)).toEqual([plain(payload("argument"))]);
    replacePayloads(message, visitMessage, { payloads: [payload("changed")] });
    expect(decodeRequest(message.body!.value).input!.args!.payloads.map(plain)).toEqual([
      plain(payload("changed")),
    ]);
    const other = decodeMessage(encodeMessage({ body: { typeUrl: "some.Type", value: Uint8Array.of(1) } }));
    expect(collectPayloads(other, visitMessage)).toEqual([]);
  });
});
