import { ValueError } from "../../common/errors.ts";
import type { Payload, PayloadMap } from "../../common/payload.ts";
import { isRecord, showValue } from "../../common/type-guards.ts";
import { defaultPayloadConverter } from "../../converter/sync/default-payload-converter.ts";
import { defaultFailureConverter, type FailureConverter } from "../../converter/sync/failure-converter.ts";
import type { PayloadConverter } from "../../converter/sync/payload-converter.ts";
import { inKeyOrder } from "./key-order.ts";
import type { RunConverters } from "./run.ts";
import type { UserModules } from "./sandbox-entry.ts";

/** The converters that hold until the user's are known. */
export function defaultConverters(namespace: string, workflowId: string): RunConverters {
  return {
    payload: defaultPayloadConverter,
    failure: defaultFailureConverter,
    context: { type: "workflow", namespace, workflowId },
  };
}

/** Takes over the converters that the user's modules bring. Throws a ValueError when one is not a converter. */
export function adoptConverters(converters: RunConverters, modules: UserModules): void {
  const { payloadConverter, failureConverter } = modules;
  if (payloadConverter !== undefined) {
    check("payloadConverter", payloadConverter, ["toPayload", "fromPayload"]);
    // Its methods have just been checked; what they return is the user's word.
    converters.payload = withInsideBytes(payloadConverter as PayloadConverter);
  }
  if (failureConverter !== undefined) {
    check("failureConverter", failureConverter, ["errorToFailure", "failureToError"]);
    converters.failure = failureConverter as FailureConverter;
  }
}

function check(name: string, value: unknown, methods: readonly string[]): void {
  if (isRecord(value) && methods.every((method) => typeof value[method] === "function")) return;
  throw new ValueError(
    `The export '${name}' is ${showValue(value)}; it must be an object with the methods ${methods.join(" and ")}`,
  );
}

/** Bytes from outside belong to another realm (W3): a converter of the user's gets them as this realm's own. */
function withInsideBytes(converter: PayloadConverter): PayloadConverter {
  return {
    toPayload: (value, context, hint) => converter.toPayload(value, context, hint),
    fromPayload: (payload, context, hint) => converter.fromPayload(insidePayload(payload), context, hint),
  };
}

function insidePayload(payload: Payload): Payload {
  const metadata: { [key: string]: Uint8Array } = {};
  for (const [key, value] of Object.entries(payload.metadata ?? {})) metadata[key] = insideBytes(value);
  return { metadata, data: payload.data && insideBytes(payload.data) };
}

function insideBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Headers as interceptors get them. */
export function insideHeaders(headers: PayloadMap): PayloadMap {
  const inside: PayloadMap = {};
  for (const [key, payload] of Object.entries(inKeyOrder(headers))) inside[key] = insidePayload(payload);
  return inside;
}
