import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";

/**
 * A point in time after which a call counts as failed: a Date, or milliseconds since the Unix epoch.
 */
export type Deadline = Date | number;

/**
 * A deadline as milliseconds since the Unix epoch; Infinity means none.
 *
 * @throws {ValueError} when it is not a point in time
 *
 * @example
 * ```ts
 * toEpochMs(new Date(Date.now() + 1000));
 * ```
 */
export function toEpochMs(deadline: Deadline): number {
  const value = deadline instanceof Date ? deadline.getTime() : deadline;
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new ValueError(
    `deadline is ${showValue(deadline)}; it must be a valid Date or milliseconds since the epoch, such as Date.now() + 5000`,
  );
}

/**
 * Milliseconds left until a deadline, for the bytes port: undefined without one, 0 when it has passed.
 *
 * @example
 * ```ts
 * remainingMs(Date.now() + 500); // about 500
 * ```
 */
export function remainingMs(deadline: number | undefined): number | undefined {
  if (deadline === undefined || deadline === Number.POSITIVE_INFINITY) return undefined;
  return Math.max(0, deadline - Date.now());
}
