// What encoders take and refuse, and what decoders promise about the values they give.
import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/codec-runtime/codec-error.ts";
import type { Init } from "../../src/codec-runtime/init.ts";
import {
  decodePayload,
  encodePayload,
  type Payload,
} from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import {
  decodeHistoryEvent,
  encodeHistoryEvent,
  type HistoryEvent,
} from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { encodeStartWorkflowExecutionRequest } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";

describe("64-bit integers", () => {
  test.each([
    0n,
    1n,
    -1n,
    2047n,
    2048n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    -(2n ** 53n) - 1n,
    -(2n ** 32n),
  ])("%d comes back", (eventId) => {
    expect(decodeHistoryEvent(encodeHistoryEvent({ eventId })).eventId).toBe(eventId);
  });

  test.each([0, 1, -1, 4096, -4096, 2 ** 32, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    "the number %d is taken for the bigint",
    (eventId) => {
      expect(encodeHistoryEvent({ eventId })).toEqual(encodeHistoryEvent({ eventId: BigInt(eventId) }));
    },
  );

  test.each([2n ** 63n, -(2n ** 63n) - 1n, 2 ** 53, 1.5, Number.NaN, "5", null])(
    "%s is refused",
    (eventId) => {
      expect(() => encodeHistoryEvent({ eventId: eventId as bigint })).toThrow(CodecError);
    },
  );
});

describe("wrong values are refused, with message, field and value", () => {
  test.each<[string, Init<HistoryEvent>]>([
    ["32-bit integer, got 1.5", { eventType: 1.5 }],
    ["32-bit integer, got NaN", { eventType: Number.NaN }],
    ["32-bit integer, got 4294967296", { eventType: 2 ** 32 }],
    ["boolean, got 1", { workerMayIgnore: 1 as unknown as boolean }],
  ])("%s", (what, init) => {
    expect(() => encodeHistoryEvent(init)).toThrow(
      `cannot encode temporal.api.history.v1.HistoryEvent, field`,
    );
    expect(() => encodeHistoryEvent(init)).toThrow(`expected a ${what}`);
  });

  test("in a nested message, the path of field numbers is named", () => {
    const init = { workflowId: "w", workflowType: { name: 5 as unknown as string } };
    expect(() => encodeStartWorkflowExecutionRequest(init)).toThrow(
      "cannot encode temporal.api.workflowservice.v1.StartWorkflowExecutionRequest, field 3.1: expected a string, got 5",
    );
  });

  test("bytes have to be a Uint8Array", () => {
    expect(() => encodePayload({ data: "abc" as unknown as Uint8Array })).toThrow('Uint8Array, got "abc"');
    expect(() => encodePayload({ metadata: { a: [1] as unknown as Uint8Array } })).toThrow(
      "Uint8Array, got array",
    );
  });

  test("an encoder that threw leaves the next one unharmed", () => {
    expect(() => encodePayload({ data: 5 as unknown as Uint8Array })).toThrow(CodecError);
    expect(encodePayload({ data: Uint8Array.of(1) })).toEqual(Uint8Array.of(0x12, 1, 1));
  });
});

describe("values", () => {
  test("a decoded message can be encoded, and fields may be left out or undefined", () => {
    const payload: Payload = decodePayload(encodePayload({ data: Uint8Array.of(1), metadata: undefined }));
    expect(payload).toEqual({ metadata: {}, data: Uint8Array.of(1), externalPayloads: [] });
    expect(encodePayload(payload)).toEqual(encodePayload({ data: Uint8Array.of(1) }));
  });

  test("bytes are views into what was decoded", () => {
    const bytes = encodePayload({ data: Uint8Array.of(1, 2, 3) });
    expect(decodePayload(bytes).data.buffer).toBe(bytes.buffer);
  });

  test("encoded bytes are not touched by later encodings", () => {
    const first = encodePayload({ data: Uint8Array.of(1, 2, 3) });
    const copy = first.slice();
    encodePayload({ data: Uint8Array.of(9, 9, 9) });
    expect(first).toEqual(copy);
  });

  test("bytes of another realm are bytes", () => {
    const foreign = vm.runInNewContext("Uint8Array.of(1, 2, 3)") as Uint8Array;
    expect(foreign instanceof Uint8Array).toBe(false);
    const bytes = encodePayload({ data: foreign });
    expect(bytes).toEqual(encodePayload({ data: Uint8Array.of(1, 2, 3) }));
    const decoded = decodePayload(vm.runInNewContext(`Uint8Array.from([${bytes.join()}])`) as Uint8Array);
    expect([...decoded.data]).toEqual([1, 2, 3]);
  });

  test("enums are open", () => {
    expect(EventType.WORKFLOW_EXECUTION_STARTED).toBe(1);
    const unknown: EventType = 4711;
    expect(decodeHistoryEvent(encodeHistoryEvent({ eventType: unknown })).eventType).toBe(4711);
  });

  test("large messages outgrow the writer's buffer", () => {
    const data = Uint8Array.from({ length: 3_000_000 }, (_, i) => i & 0xff);
    const decoded = decodePayload(encodePayload({ metadata: { big: data }, data }));
    expect(Buffer.compare(decoded.data, data)).toBe(0);
    expect(Buffer.compare(decoded.metadata.big!, data)).toBe(0);
  });
});
