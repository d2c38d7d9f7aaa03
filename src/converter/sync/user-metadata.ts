import type { Payload } from "../../common/payload.ts";
import { convertOptionalToPayload, type PayloadConverter } from "./payload-converter.ts";
import type { SerializationContext } from "./serialization-context.ts";

/** Text for people that goes with a workflow or a command. */
export interface UserMetadataPayloads {
  summary?: Payload | undefined;
  details?: Payload | undefined;
}

/**
 * Converts a summary and details; undefined when there is neither.
 *
 * @throws {ValueError} when the converter does not take text
 * @example
 * ```ts
 * userMetadataToPayload(converter, { summary: "Charge the card" });
 * ```
 */
export function userMetadataToPayload(
  converter: PayloadConverter,
  text: { readonly summary?: string | undefined; readonly details?: string | undefined },
  context?: SerializationContext,
): UserMetadataPayloads | undefined {
  const summary = convertOptionalToPayload(converter, text.summary, context);
  const details = convertOptionalToPayload(converter, text.details, context);
  return summary === undefined && details === undefined ? undefined : { summary, details };
}
