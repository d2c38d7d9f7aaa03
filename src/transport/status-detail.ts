import { scanFields, wireText } from "../codec-runtime/wire-scan.ts";
import type { RpcError } from "../platform/rpc-port.ts";

/** Fields of `google.rpc.Status` and of `google.protobuf.Any`. */
const DETAILS = 3;
const TYPE_URL = 1;
const VALUE = 2;

/**
 * A text in a detail of an error, without the codecs of all the details there are; undefined when it is not there.
 *
 * @example
 * ```ts
 * statusDetailText(error, "NamespaceNotFoundFailure", 1); // the namespace
 * ```
 */
export function statusDetailText(
  { rawStatusDetails }: RpcError,
  name: string,
  field: number,
): string | undefined {
  if (rawStatusDetails === undefined) return undefined;
  let text: string | undefined;
  try {
    scanFields(rawStatusDetails, (number, any) => {
      if (number !== DETAILS || typeof any === "number") return;
      let typeUrl = "";
      let detail: Uint8Array | undefined;
      scanFields(any, (inner, value) => {
        if (inner === TYPE_URL) typeUrl = wireText(value);
        else if (inner === VALUE && typeof value !== "number") detail = value;
      });
      if (detail === undefined || !typeUrl.endsWith(`.${name}`)) return;
      text ??= "";
      scanFields(detail, (inner, value) => {
        if (inner === field) text = wireText(value);
      });
    });
  } catch {
    // What cannot be read tells nothing; the error has a message all the same.
    return undefined;
  }
  return text;
}
