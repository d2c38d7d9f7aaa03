/**
 * A point in time after which a call counts as failed: a Date, or milliseconds since the Unix epoch.
 */
export type Deadline = Date | number;

/**
 * A deadline as milliseconds since the Unix epoch; Infinity means none.
 *
 * @throws TypeError when it is not a point in time
 *
 * @example
 * ```ts
 * toEpochMs(new Date(Date.now() + 1000));
 * ```
 */
export function toEpochMs(deadline: Deadline): number {
  const value = typeof deadline === "number" ? deadline : deadline.getTime();
  if (Number.isNaN(value)) throw new TypeError("deadline: not a valid Date or number of milliseconds");
  return value;
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
