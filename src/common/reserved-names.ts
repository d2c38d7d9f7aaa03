import { ValueError } from "./errors.ts";

/** Names that begin so belong to Temporal. */
export const TEMPORAL_RESERVED_PREFIX = "__temporal_";
/** The query that every workflow answers with its stack traces. */
export const STACK_TRACE_QUERY_NAME = "__stack_trace";
/** As {@link STACK_TRACE_QUERY_NAME}, with sources. */
export const ENHANCED_STACK_TRACE_QUERY_NAME = "__enhanced_stack_trace";

/** Things whose names are checked. */
export type ReservedNameEntityType =
  | "query"
  | "signal"
  | "update"
  | "activity"
  | "task queue"
  | "sink"
  | "workflow";

/**
 * Whether Temporal keeps a name for itself.
 *
 * @example
 * ```ts
 * isReservedName("__stack_trace"); // true
 * ```
 */
export function isReservedName(name: string): boolean {
  return (
    name.startsWith(TEMPORAL_RESERVED_PREFIX) ||
    name === STACK_TRACE_QUERY_NAME ||
    name === ENHANCED_STACK_TRACE_QUERY_NAME
  );
}

/**
 * Refuses names that Temporal keeps for itself.
 *
 * @throws {ValueError} when the name is reserved
 * @example
 * ```ts
 * throwIfReservedName("signal", "__temporal_x"); // throws
 * ```
 */
export function throwIfReservedName(type: ReservedNameEntityType, name: string): void {
  if (!isReservedName(name)) return;
  throw new ValueError(
    `Cannot use ${type} name '${name}': it is reserved. Names must not begin with '${TEMPORAL_RESERVED_PREFIX}' nor be '${STACK_TRACE_QUERY_NAME}' or '${ENHANCED_STACK_TRACE_QUERY_NAME}'`,
  );
}
