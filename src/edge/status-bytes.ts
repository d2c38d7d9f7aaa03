import type { JsonValue } from "../codec-runtime/json.ts";
import type { JsonError } from "../transport/fetch/json-error.ts";
import { isJsonObject } from "../transport/fetch/parse-json.ts";

/** The details that become error classes, and the numbers of their fields, all texts; of the others, the message says enough. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  NamespaceNotFoundFailure: { namespace: 1 },
  WorkflowExecutionAlreadyStartedFailure: { startRequestId: 1, runId: 2 },
};

/** The details of an error in JSON as `google.rpc.Status` in bytes, which is how errors of every protocol carry them. */
export function statusBytes({ details }: JsonError): Uint8Array | undefined {
  if (!Array.isArray(details)) return undefined;
  return joined(
    details.flatMap((detail: JsonValue) => {
      const { "@type": typeUrl, ...fields } = isJsonObject(detail) ? detail : {};
      if (typeof typeUrl !== "string") return [];
      const known = KNOWN[typeUrl.slice(typeUrl.lastIndexOf(".") + 1)];
      if (known === undefined) return [];
      const value: Uint8Array[] = [];
      for (const [name, field] of Object.entries(known)) {
        const given = fields[name] ?? "";
        if (typeof given !== "string") return [];
        value.push(text(field, given));
      }
      return [withLength(3, joined([text(1, typeUrl), withLength(2, joined(value))]))];
    }),
  );
}

function text(field: number, value: string): Uint8Array {
  return withLength(field, new TextEncoder().encode(value));
}

/** A field of protobuf's wire format that has a length. */
function withLength(field: number, bytes: Uint8Array): Uint8Array {
  const head = [(field << 3) | 2];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  return joined([Uint8Array.from(head), bytes]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
