import { showValue } from "../../common/type-guards.ts";
import type { WireHistory } from "../../engine/protocol.ts";
import { encodeHistory, type History } from "../../gen/codec/temporal/api/history/v1/message.ts";
import type { ReplayHistory } from "./options.ts";

/**
 * A history as it goes to a workflow thread, which is where it is read.
 *
 * @throws TypeError for what is no history at all, or one without end
 * @throws CodecError for a field that does not fit its type
 */
export function wireHistory(history: ReplayHistory): WireHistory {
  if (history instanceof Uint8Array) return { kind: "binary", bytes: history };
  if (typeof history === "string") return { kind: "json", text: history };
  const events: unknown = (history as Partial<History> | null | undefined)?.events;
  if (!Array.isArray(events)) {
    throw new TypeError(
      `A history must be a History, its JSON, or its encoded bytes, got ${showValue(history)}`,
    );
  }
  const [first] = events as readonly { readonly eventId?: unknown }[];
  const isDecoded = typeof first?.eventId === "bigint";
  // Ids are bigints in what `fetchHistory` gives, and texts or numbers in JSON.
  try {
    if (isDecoded) return { kind: "binary", bytes: encodeHistory(history as History) };
    return { kind: "json", text: JSON.stringify(history) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError(
      "The history is nested too deeply, or holds itself: a failure that is its own cause?",
      {
        cause: error,
      },
    );
  }
}
