/**
 * An event id as core keeps it. NaN when it is no safe integer: it then equals nothing, so that the checks for order
 * and for known ids refuse it.
 */
export function eventId(id: bigint): number {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : Number.NaN;
}
