/** The small part of `node:assert` that workflow code may use. Same names and messages close to Node's. */

type Thrown = ((error: unknown) => boolean) | RegExp | (new (...args: never[]) => unknown);

class AssertionError extends Error {
  readonly code: string = "ERR_ASSERTION";
  readonly actual: unknown;
  readonly expected: unknown;
  constructor(options: { message: string; actual?: unknown; expected?: unknown }) {
    super(options.message);
    Object.defineProperty(this, "name", { value: "AssertionError", writable: true, configurable: true });
    this.actual = options.actual;
    this.expected = options.expected;
  }
}

function raise(
  message: string | Error | undefined,
  fallback: string,
  pair: readonly [unknown?, unknown?] = [],
): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message: message ?? fallback, actual: pair[0], expected: pair[1] });
}

function ok(value: unknown, message?: string | Error): void {
  if (!value) raise(message, "The expression evaluated to a falsy value", [value, true]);
}

function deepEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (left instanceof Date) return left.getTime() === (right as Date).getTime();
  if (left instanceof Map) return deepEqual([...left], [...(right as Map<unknown, unknown>)]);
  if (left instanceof Set) return deepEqual([...left], [...(right as Set<unknown>)]);
  if (left instanceof Error && left.message !== (right as Error).message) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(right, key) &&
      deepEqual((left as { [key: string]: unknown })[key], (right as { [key: string]: unknown })[key]),
  );
}

function isExpected(error: unknown, expected: Thrown | undefined): boolean {
  if (expected === undefined) return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if ((expected as { prototype?: unknown }).prototype === undefined) {
    return (expected as (error: unknown) => boolean)(error) === true;
  }
  return error instanceof (expected as new (...args: never[]) => unknown);
}

const checks = {
  ok,
  equal: (left: unknown, right: unknown, message?: string | Error): void => {
    // biome-ignore lint/suspicious/noDoubleEquals: Node's `assert.equal` compares loosely.
    if (!(left == right)) raise(message, `${String(left)} == ${String(right)}`, [left, right]);
  },
  notEqual: (left: unknown, right: unknown, message?: string | Error): void => {
    // biome-ignore lint/suspicious/noDoubleEquals: Node's `assert.notEqual` compares loosely.
    if (left == right) raise(message, `${String(left)} != ${String(right)}`, [left, right]);
  },
  strictEqual: (left: unknown, right: unknown, message?: string | Error): void => {
    if (!Object.is(left, right)) raise(message, "Expected values to be strictly equal", [left, right]);
  },
  notStrictEqual: (left: unknown, right: unknown, message?: string | Error): void => {
    if (Object.is(left, right)) raise(message, "Expected values to be strictly unequal", [left, right]);
  },
  deepEqual: (left: unknown, right: unknown, message?: string | Error): void => {
    if (!deepEqual(left, right)) raise(message, "Expected values to be deep-equal", [left, right]);
  },
  deepStrictEqual: (left: unknown, right: unknown, message?: string | Error): void => {
    if (!deepEqual(left, right)) raise(message, "Expected values to be strictly deep-equal", [left, right]);
  },
  fail: (message?: string | Error): never => raise(message, "Failed"),
  throws: (fn: () => unknown, expected?: Thrown, message?: string | Error): void => {
    try {
      fn();
    } catch (error) {
      if (isExpected(error, expected)) return;
      throw error;
    }
    raise(message, "Missing expected exception");
  },
  rejects: async (work: Promise<unknown> | (() => Promise<unknown>), expected?: Thrown): Promise<void> => {
    try {
      await (typeof work === "function" ? work() : work);
    } catch (error) {
      if (isExpected(error, expected)) return;
      throw error;
    }
    raise(undefined, "Missing expected rejection");
  },
  match: (text: string, pattern: RegExp, message?: string | Error): void => {
    if (!pattern.test(text))
      raise(message, `The input did not match ${String(pattern)}: ${text}`, [text, pattern]);
  },
};

/** `assert` itself is callable; `strict` is the same thing. */
export const assert: typeof ok & typeof checks & { AssertionError: typeof AssertionError; strict: unknown } =
  Object.assign((value: unknown, message?: string | Error): void => ok(value, message), checks, {
    AssertionError,
    strict: undefined as unknown,
  });
assert.strict = assert;
