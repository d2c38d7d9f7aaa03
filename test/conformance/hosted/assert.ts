/** The part of `node:assert/strict` that cases of the client use, for hosts that do not have it. */

function fail(message: unknown, otherwise: string): never {
  throw new Error(typeof message === "string" ? message : otherwise);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? `${one}n` : one));
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]));
}

function ok(value: unknown, message?: unknown): asserts value {
  if (!value) fail(message, `expected something true, got ${String(value)}`);
}

function equal(actual: unknown, expected: unknown, message?: unknown): void {
  if (!Object.is(actual, expected)) fail(message, `expected ${show(expected)}, got ${show(actual)}`);
}

function deepEqual(actual: unknown, expected: unknown, message?: unknown): void {
  if (!isSame(actual, expected)) fail(message, `expected ${show(expected)}, got ${show(actual)}`);
}

function match(text: string, pattern: RegExp, message?: unknown): void {
  if (!pattern.test(text)) fail(message, `expected ${pattern} to match ${show(text)}`);
}

export default { ok, equal, deepEqual, match };
