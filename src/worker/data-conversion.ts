import {
  decodeArrayFromPayloads,
  decodePayloads,
  encodeErrorToFailure,
  encodePayloads,
  encodeToPayload,
  type LoadedDataConverter,
  type SerializationContext,
} from "../converter/mod.ts";
import type { ActivityData, ActivityDataContext } from "./activity/activity-data.ts";
import type { PayloadTransform } from "./workflow/payload-transform.ts";

/** What activities need of a data converter. */
export function activityData(converter: LoadedDataConverter): ActivityData {
  const context = (of: ActivityDataContext): SerializationContext => ({ type: "activity", ...of });
  return {
    toPayload: (value, of, type) => encodeToPayload(converter, value, context(of), type),
    fromPayloads: (payloads, of, types) => decodeArrayFromPayloads(converter, payloads, context(of), types),
    toFailure: (error, of) => encodeErrorToFailure(converter, error, context(of)),
  };
}

/** What workflow threads need of a data converter; undefined without codecs: their payloads then stay as they are. */
export function payloadTransform({ payloadCodecs }: LoadedDataConverter): PayloadTransform | undefined {
  if (payloadCodecs.length === 0) return undefined;
  return {
    encode: (payloads, of) => encodePayloads(payloadCodecs, payloads, { type: "workflow", ...of }),
    decode: (payloads, of) => decodePayloads(payloadCodecs, payloads, { type: "workflow", ...of }),
  };
}
