/**
 * Marks a place that cannot be reached when every member of a union is handled.
 *
 * @throws {TypeError} always, when it is reached after all
 * @example
 * ```ts
 * default:
 *   return assertNever("Unknown shape", shape);
 * ```
 */
export function assertNever(message: string, value: never): never {
  throw new TypeError(`${message}: ${String(value)}`);
}
