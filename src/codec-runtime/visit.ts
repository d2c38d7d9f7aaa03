import { CodecError } from "./codec-error.ts";
import { NO_BYTES } from "./init.ts";

/** A payload as it lies in a message: decoded, or as a user wrote it. */
export interface PayloadValue {
  metadata?: { [key: string]: Uint8Array | undefined } | undefined;
  data?: Uint8Array | undefined;
  externalPayloads?:
    | { sizeBytes?: bigint | number | undefined; $unknown?: Uint8Array | undefined }[]
    | undefined;
  $unknown?: Uint8Array | undefined;
}

/**
 * Sees every payload below a message, in a fixed order, and gives what shall be in its place. Search attributes are never
 * visited: the server has to read them.
 */
export interface PayloadVisitor {
  /** Whether payloads in `Header` messages are visited. */
  readonly headers: boolean;
  /** `site` is the full name of the field that holds the payload, outside of `Payloads`, `Memo` and `Header` themselves. */
  payload(payload: PayloadValue, site: string): PayloadValue;
}

/** A generated visitor, such as `visitHistoryEvent`. */
export type PayloadVisit<Message> = (message: Message, visitor: PayloadVisitor) => void;

/** Which payloads belong to a batch. */
export interface PayloadScope {
  /** Headers too. Default false: interceptors own them. */
  readonly headers?: boolean | undefined;
  /** Payloads that stay as they are. Default: none. */
  readonly except?: ReadonlySet<object> | undefined;
}

/**
 * All payloads below a message, in the order in which {@link replacePayloads} takes their replacements.
 *
 * @example
 * const batch = collectPayloads(history, visitHistory);
 */
export function collectPayloads<Message>(
  message: Message,
  visit: PayloadVisit<Message>,
  scope: PayloadScope = {},
): PayloadValue[] {
  const batch: PayloadValue[] = [];
  visit(message, {
    headers: scope.headers === true,
    payload: (payload) => {
      if (scope.except?.has(payload) !== true) batch.push(payload);
      return payload;
    },
  });
  return batch;
}

/**
 * Puts payloads in the places from which {@link collectPayloads} took them, with the same scope.
 *
 * @throws CodecError `INVALID_VALUE` if there are more or fewer payloads than places.
 * @example
 * replacePayloads(history, visitHistory, { payloads: await codec.decode(batch) });
 */
export function replacePayloads<Message>(
  message: Message,
  visit: PayloadVisit<Message>,
  replacement: PayloadScope & { readonly payloads: readonly PayloadValue[] },
): void {
  const { payloads } = replacement;
  const places = collectPayloads(message, visit, replacement).length;
  if (payloads.length !== places) {
    throw new CodecError(
      "INVALID_VALUE",
      `${places} payloads were given to be changed, ${payloads.length} came back`,
    );
  }
  let next = 0;
  visit(message, {
    headers: replacement.headers === true,
    payload: (payload) =>
      replacement.except?.has(payload) === true ? payload : whole(payloads[next++], next),
  });
}

/**
 * Changes all payloads below a message in one batch; `transform` is not called if there are none.
 *
 * @throws CodecError `INVALID_VALUE` if `transform` gives more or fewer payloads than it got.
 * @example
 * await transformPayloads(history, visitHistory, { transform: (batch) => codec.decode(batch) });
 */
export async function transformPayloads<Message>(
  message: Message,
  visit: PayloadVisit<Message>,
  options: PayloadScope & { readonly transform: (batch: PayloadValue[]) => Promise<readonly PayloadValue[]> },
): Promise<void> {
  const batch = collectPayloads(message, visit, options);
  if (batch.length === 0) return;
  replacePayloads(message, visit, { ...options, payloads: await options.transform(batch) });
}

/** What comes from a user's codec may lack fields that decoded messages always have. */
function whole(payload: PayloadValue | undefined, number: number): PayloadValue {
  if (typeof payload !== "object" || payload === null) {
    throw new CodecError(
      "INVALID_VALUE",
      `payload ${number} came back as ${String(payload)}, expected an object`,
    );
  }
  if (payload.metadata !== undefined && payload.data !== undefined && payload.externalPayloads !== undefined)
    return payload;
  return {
    ...payload,
    metadata: payload.metadata ?? {},
    data: payload.data ?? NO_BYTES,
    externalPayloads: payload.externalPayloads ?? [],
  };
}

/** The message name in an `Any`'s type URL. */
export function anyTypeName(typeUrl: string | undefined): string {
  return typeUrl === undefined ? "" : typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}
