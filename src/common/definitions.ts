import { ValueError } from "./errors.ts";
import { throwIfReservedName } from "./reserved-names.ts";
import { showValue } from "./type-guards.ts";
import type { PayloadTypeInfo, SignalTypeInfo } from "./type-info.ts";

declare const argsBrand: unique symbol;
declare const returnBrand: unique symbol;

/** A signal with its name and the types of its arguments, for the workflow and its clients alike. */
export interface SignalDefinition<Args extends unknown[] = [], Name extends string = string> {
  readonly type: "signal";
  readonly name: Name;
  /** How its arguments are converted, on both sides. */
  readonly typeInfo?: SignalTypeInfo | undefined;
  /** For types only; not there at run time. */
  readonly [argsBrand]: Args;
}

/** A query with its name and types, for the workflow and its clients alike. */
export interface QueryDefinition<Ret, Args extends unknown[] = [], Name extends string = string> {
  readonly type: "query";
  readonly name: Name;
  /** How its arguments and result are converted, on both sides. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  /** For types only; not there at run time. */
  readonly [argsBrand]: Args;
  /** For types only; not there at run time. */
  readonly [returnBrand]: Ret;
}

/** An update with its name and types, for the workflow and its clients alike. */
export interface UpdateDefinition<Ret, Args extends unknown[] = [], Name extends string = string> {
  readonly type: "update";
  readonly name: Name;
  /** How its arguments and result are converted, on both sides. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  /** For types only; not there at run time. */
  readonly [argsBrand]: Args;
  /** For types only; not there at run time. */
  readonly [returnBrand]: Ret;
}

/** Options of {@link defineSignal}. */
export interface SignalDefinitionOptions {
  /** How the arguments are converted, by clients and by the workflow. */
  readonly typeInfo?: SignalTypeInfo | undefined;
}

/** Options of {@link defineQuery}. */
export interface QueryDefinitionOptions {
  /** How arguments and result are converted, by clients and by the workflow. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/** Options of {@link defineUpdate}. */
export interface UpdateDefinitionOptions {
  /** How arguments and result are converted, by clients and by the workflow. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/** What is done about a handler that still runs when its workflow ends. Default: `WARN_AND_ABANDON`. */
export const HandlerUnfinishedPolicy = {
  WARN_AND_ABANDON: "WARN_AND_ABANDON",
  ABANDON: "ABANDON",
} as const;
/** What is done about a handler that still runs when its workflow ends. */
export type HandlerUnfinishedPolicy = (typeof HandlerUnfinishedPolicy)[keyof typeof HandlerUnfinishedPolicy];

interface Definition {
  readonly type: string;
  readonly name: string;
  readonly typeInfo?: PayloadTypeInfo;
}

function define(
  type: "signal" | "query" | "update",
  name: string,
  options: { readonly typeInfo?: PayloadTypeInfo | undefined } | undefined,
): Definition {
  if (typeof name !== "string" || name === "") {
    throw new ValueError(`Invalid ${type} name: ${showValue(name)}; it must be a non-empty string`);
  }
  throwIfReservedName(type, name);
  return options?.typeInfo === undefined ? { type, name } : { type, name, typeInfo: options.typeInfo };
}

/**
 * Defines a signal.
 *
 * @throws {ValueError} when the name is empty or reserved
 * @example
 * ```ts
 * export const approve = defineSignal<[by: string]>("approve");
 * ```
 */
export function defineSignal<Args extends unknown[] = [], Name extends string = string>(
  name: Name,
  options?: SignalDefinitionOptions,
): SignalDefinition<Args, Name> {
  return define("signal", name, options) as SignalDefinition<Args, Name>;
}

/**
 * Defines a query.
 *
 * @throws {ValueError} when the name is empty or reserved
 * @example
 * ```ts
 * export const status = defineQuery<string>("status");
 * ```
 */
export function defineQuery<Ret, Args extends unknown[] = [], Name extends string = string>(
  name: Name,
  options?: QueryDefinitionOptions,
): QueryDefinition<Ret, Args, Name> {
  return define("query", name, options) as QueryDefinition<Ret, Args, Name>;
}

/**
 * Defines an update.
 *
 * @throws {ValueError} when the name is empty or reserved
 * @example
 * ```ts
 * export const rename = defineUpdate<string, [title: string]>("rename");
 * ```
 */
export function defineUpdate<Ret, Args extends unknown[] = [], Name extends string = string>(
  name: Name,
  options?: UpdateDefinitionOptions,
): UpdateDefinition<Ret, Args, Name> {
  return define("update", name, options) as UpdateDefinition<Ret, Args, Name>;
}
