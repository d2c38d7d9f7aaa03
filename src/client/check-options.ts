import { type Duration, msToNumber, msToTs, type ProtoTime } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import { isRecord, showValue } from "../common/type-guards.ts";

/**
 * Refuses what is not a text of at least one character.
 *
 * @throws {ValueError} naming the option and its value
 * @example
 * ```ts
 * checkText(options.workflowId, "workflowId");
 * ```
 */
export function checkText(value: unknown, option: string): void {
  if (typeof value === "string" && value !== "") return;
  throw new ValueError(`${option} is ${showValue(value)}; it must be a non-empty string`);
}

/**
 * Refuses what is neither left out nor text.
 *
 * @throws {ValueError} naming the option and its value
 * @example
 * ```ts
 * checkOptionalText(options.cronSchedule, "cronSchedule");
 * ```
 */
export function checkOptionalText(value: unknown, option: string): void {
  if (value === undefined || value === null || typeof value === "string") return;
  throw new ValueError(`${option} is ${showValue(value)}; it must be a string`);
}

/**
 * Refuses what is neither left out nor a boolean.
 *
 * @throws {ValueError} naming the option and its value
 * @example
 * ```ts
 * checkOptionalFlag(options.followRuns, "followRuns");
 * ```
 */
export function checkOptionalFlag(value: unknown, option: string): void {
  if (value === undefined || value === null || typeof value === "boolean") return;
  throw new ValueError(`${option} is ${showValue(value)}; it must be true or false`);
}

/**
 * Refuses what is neither left out nor an array.
 *
 * @throws {ValueError} naming the option and its value
 * @example
 * ```ts
 * checkOptionalArray(options.args, "args");
 * ```
 */
export function checkOptionalArray(value: unknown, option: string): void {
  if (value === undefined || value === null || Array.isArray(value)) return;
  throw new ValueError(`${option} is ${showValue(value)}; it must be an array`);
}

/**
 * Refuses what is neither left out nor an object.
 *
 * @throws {ValueError} naming the option and its value
 * @example
 * ```ts
 * checkOptionalRecord(options.memo, "memo");
 * ```
 */
export function checkOptionalRecord(value: unknown, option: string): void {
  if (value === undefined || value === null || (isRecord(value) && !Array.isArray(value))) return;
  throw new ValueError(`${option} is ${showValue(value)}; it must be an object`);
}

/**
 * A time limit as a protobuf duration; left out stays undefined.
 *
 * @throws {ValueError} when it is no duration, or negative
 * @example
 * ```ts
 * timeLimit(options.workflowRunTimeout, "workflowRunTimeout");
 * ```
 */
export function timeLimit(value: Duration | undefined, option: string): ProtoTime | undefined {
  if (value === undefined || value === null) return undefined;
  if (msToNumber(value, option) >= 0) return msToTs(value, option);
  throw new ValueError(`${option} is ${showValue(value)}; it must not be negative`);
}
