import { ValueError } from "./errors.ts";
import { throwIfReservedName } from "./reserved-names.ts";
import { showValue } from "./type-guards.ts";

declare const argsBrand: unique symbol;
declare const returnBrand: unique symbol;

/** A signal with its name and the types of its arguments, for the workflow and its clients alike. */
export interface SignalDefinition<Args extends unknown[] = [], Name extends string = string> {
  readonly type: "signal";
  readonly name: Name;
  /** For types only; not there at run time. */
  readonly [argsBrand]: Args;
}

/** A query with its name and types, for the workflow and its clients alike. */
export interface QueryDefinition<Ret, Args extends unknown[] = [], Name extends string = string> {
  readonly type: "query";
  readonly name: Name;
  /** For types only; not there at run time. */
  readonly [argsBrand]: Args;
  /** For types only; not there at run time. */
  readonly [returnBrand]: Ret;
}

/** An update with its name and types, for the workflow and its clients alike. */
export interface UpdateDefinition<Ret, Args extends unknown[] = [], Name extends string = string> {
  readonly type: "update";
  readonly name: Name;
  /** For types only; not there at run time. */
  readonly [argsBrand]: Args;
  /** For types only; not there at run time. */
  readonly [returnBrand]: Ret;
}

/** What is done about a handler that still runs when its workflow ends. Default: `WARN_AND_ABANDON`. */
export const HandlerUnfinishedPolicy = {
  WARN_AND_ABANDON: "WARN_AND_ABANDON",
  ABANDON: "ABANDON",
} as const;
/** What is done about a handler that still runs when its workflow ends. */
export type HandlerUnfinishedPolicy = (typeof HandlerUnfinishedPolicy)[keyof typeof HandlerUnfinishedPolicy];

function define(type: "signal" | "query" | "update", name: string): { type: string; name: string } {
  if (typeof name !== "string" || name === "") {
    throw new ValueError(`Invalid ${type} name: ${showValue(name)}; it must be a non-empty string`);
  }
  throwIfReservedName(type, name);
  return { type, name };
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
): SignalDefinition<Args, Name> {
  return define("signal", name) as SignalDefinition<Args, Name>;
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
): QueryDefinition<Ret, Args, Name> {
  return define("query", name) as QueryDefinition<Ret, Args, Name>;
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
): UpdateDefinition<Ret, Args, Name> {
  return define("update", name) as UpdateDefinition<Ret, Args, Name>;
}
