import { PayloadConverterError, ValueError } from "../../common/errors.ts";
import type { Payload } from "../../common/payload.ts";
import { typeName } from "../../common/type-guards.ts";
import type { ConverterHint, TypeInfo } from "../../common/type-info.ts";
import type { SerializationContext } from "./serialization-context.ts";
import { fromPayloadWithTypeInfo, toPayloadWithTypeInfo } from "./type-info.ts";

/**
 * Turns values into payloads and back, synchronously: it runs inside workflows. What is asynchronous (encryption,
 * compression) belongs into a `PayloadCodec`.
 */
export interface PayloadConverter {
  /** Throws a `ValueError` when the value cannot be converted. `hint` is there only when the call's `typeInfo` has one. */
  toPayload<T>(value: T, context?: SerializationContext, hint?: ConverterHint<T>): Payload;
  fromPayload<T>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<T>): T;
  /** Whether it knows what a hint of `typeInfo` asks for. Experimental, as in the official SDK. */
  validateConverterHint?: (hint: ConverterHint) => boolean;
}

/** A {@link PayloadConverter} for one encoding; several make up a `CompositePayloadConverter`. */
export interface PayloadConverterWithEncoding {
  /** Value of the metadata key `encoding` of payloads that it makes and reads. */
  readonly encodingType: string;
  /** Returns undefined for values that it does not convert. */
  toPayload<T>(value: T, context?: SerializationContext, hint?: ConverterHint<T>): Payload | undefined;
  fromPayload<T>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<T>): T;
  /** Whether it knows what a hint of `typeInfo` asks for; without it no value with a hint comes to it. Experimental, as in the official SDK. */
  validateConverterHint?: (hint: ConverterHint) => boolean;
}

/**
 * Converts a list of values, such as the arguments of a call. No values give undefined.
 *
 * @throws {PayloadConverterError} naming position and type of the value that cannot be converted
 * @example
 * ```ts
 * toPayloads(defaultPayloadConverter, "a", 1);
 * ```
 */
export function toPayloads(converter: PayloadConverter, ...values: unknown[]): Payload[] | undefined {
  return toPayloadsWithContext(converter, undefined, values);
}

/**
 * As {@link toPayloads}, for the payloads of a known workflow or activity.
 *
 * @throws {PayloadConverterError} naming position and type of the value that cannot be converted
 * @example
 * ```ts
 * toPayloadsWithContext(converter, { type: "workflow", namespace, workflowId }, args);
 * ```
 */
export function toPayloadsWithContext(
  converter: PayloadConverter,
  context: SerializationContext | undefined,
  values: readonly unknown[],
  typeInfo?: readonly TypeInfo[],
): Payload[] | undefined {
  if (values.length === 0) return undefined;
  // Not `map`: holes count as undefined.
  return Array.from(values, (value, index) => {
    try {
      return toPayloadWithTypeInfo(converter, value, context, typeInfo?.[index]);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new PayloadConverterError(
        `Argument ${index + 1} of ${values.length} (${typeName(value)}) cannot be converted to a payload: ${error.message}`,
        error,
      );
    }
  });
}

/**
 * Converts a value unless it is undefined or null, which stay as they are.
 *
 * @throws {ValueError} when it cannot be converted
 * @example
 * ```ts
 * convertOptionalToPayload(converter, summary);
 * ```
 */
export function convertOptionalToPayload(
  converter: PayloadConverter,
  value: unknown,
  context?: SerializationContext,
): Payload | undefined {
  return value === undefined || value === null ? undefined : converter.toPayload(value, context);
}

/**
 * Converts each value of a record.
 *
 * @throws {PayloadConverterError} naming key and type of the value that cannot be converted
 * @example
 * ```ts
 * mapToPayloads(converter, { customer: 7 });
 * ```
 */
export function mapToPayloads<K extends string>(
  converter: PayloadConverter,
  map: Readonly<Record<K, unknown>>,
  context?: SerializationContext,
): Record<K, Payload> {
  const entries = Object.entries(map).map(([key, value]) => {
    try {
      return [key, converter.toPayload(value, context)] as const;
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new PayloadConverterError(
        `'${key}' (${typeName(value)}) cannot be converted to a payload: ${error.message}`,
        error,
      );
    }
  });
  return Object.fromEntries(entries) as Record<K, Payload>;
}

/**
 * Reads the value at a position; undefined when there are fewer, so that arguments can be added later.
 *
 * @throws {ValueError} when the payload cannot be read
 * @example
 * ```ts
 * fromPayloadsAtIndex<string>(converter, 0, payloads);
 * ```
 */
export function fromPayloadsAtIndex<T>(
  converter: PayloadConverter,
  index: number,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: TypeInfo<T, unknown>,
): T {
  const payload = payloads?.[index];
  return payload === undefined || payload === null
    ? (undefined as T)
    : fromPayloadWithTypeInfo(converter, payload, context, typeInfo);
}

/**
 * Reads all values of a list; absent gives an empty list.
 *
 * @throws {ValueError} when a payload cannot be read
 * @example
 * ```ts
 * arrayFromPayloads(converter, input?.payloads);
 * ```
 */
export function arrayFromPayloads(
  converter: PayloadConverter,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: readonly TypeInfo[],
): unknown[] {
  if (!payloads) return [];
  return payloads.map((payload, index) =>
    fromPayloadWithTypeInfo(converter, payload, context, typeInfo?.[index]),
  );
}

/**
 * Reads each value of a record; absent stays undefined.
 *
 * @throws {ValueError} when a payload cannot be read
 * @example
 * ```ts
 * mapFromPayloads(converter, memo.fields);
 * ```
 */
export function mapFromPayloads<K extends string, T = unknown>(
  converter: PayloadConverter,
  map?: Readonly<Record<K, Payload>> | null,
  context?: SerializationContext,
): Record<K, T> | undefined {
  if (map === undefined || map === null) return undefined;
  const entries = Object.entries<Payload>(map).map(
    ([key, payload]) => [key, converter.fromPayload<T>(payload, context)] as const,
  );
  return Object.fromEntries(entries) as Record<K, T>;
}
