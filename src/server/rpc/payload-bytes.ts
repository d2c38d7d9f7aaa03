import type { Init } from "../../codec-runtime/init.ts";
import { encodePayloads, type Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";

/** Encoded size of payloads, by which the server limits them. Small ones are not encoded to know. */
export function payloadsBytes(
  value: { readonly payloads?: readonly (Init<Payload> | undefined)[] | undefined } | undefined,
): number {
  if (value?.payloads === undefined) return 0;
  const payloads = value.payloads.filter((payload) => payload !== undefined);
  let about = 0;
  for (const payload of payloads) about += payload.data?.length ?? 0;
  return about < CERTAINLY_SMALL ? about : encodePayloads({ payloads }).length;
}

const CERTAINLY_SMALL = 1024 * 1024;
