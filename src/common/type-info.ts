import { ValueError } from "./errors.ts";
import type { ActivityFunction } from "./workflow-type.ts";

declare const valueBrand: unique symbol;

/** Turns values of an application's type into such as converters take, and back. Synchronous, for it runs inside workflows. */
export interface TransferTypeConverter<T, D = unknown> {
  fromTransferType(value: D): T;
  toTransferType(value: T): D;
}

/** Names the converter that a payload is for; only converters whose `validateConverterHint` accepts it are asked. */
export interface ConverterHint<T = unknown> {
  readonly converter: string;
  /** For types only; not there at run time. */
  readonly [valueBrand]?: T;
}

/**
 * How one value is converted. On its way out `transferTypeConverter` comes first and the payload converter second, on its way in the
 * other way round. Experimental, as in the official SDK.
 *
 * @typeParam T - what the program works with
 * @typeParam D - what the payload converter gets
 */
export interface TypeInfo<T = unknown, D = T> {
  readonly transferTypeConverter?: TransferTypeConverter<T, D> | undefined;
  readonly payloadConverterHint?: ConverterHint<D> | undefined;
}

/** How the arguments and the result of a call are converted; what is left out is converted as ever. */
export interface PayloadTypeInfo {
  /** By position. */
  readonly inputTypes?: readonly TypeInfo[] | undefined;
  readonly outputType?: TypeInfo | undefined;
}

/** How the arguments of a signal are converted. */
export type SignalTypeInfo = Pick<PayloadTypeInfo, "inputTypes">;

type ActivityKeys<A> = { [K in keyof A & string]: A[K] extends ActivityFunction ? K : never }[keyof A &
  string];

/** How the calls of some activities are converted, by the activities' names. */
export type ActivityTypeInfoMap<A> = Partial<Record<ActivityKeys<A>, PayloadTypeInfo>>;

/**
 * The type information of a definition. A call may not bring its own beside it: one message has one form.
 *
 * @throws {ValueError} when the call brings some
 */
export function ownTypeInfo<T extends PayloadTypeInfo>(
  definition: { readonly type: string; readonly name: string; readonly typeInfo?: T | undefined },
  callSiteTypeInfo: PayloadTypeInfo | undefined,
): T | undefined {
  if (callSiteTypeInfo === undefined) return definition.typeInfo;
  const { type, name } = definition;
  throw new ValueError(
    `typeInfo is given for the ${type} '${name}' beside its definition: give it once, where the ${type} is defined, or ` +
      "call it by its name",
  );
}
