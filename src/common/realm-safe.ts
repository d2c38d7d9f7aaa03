interface ErrorClass {
  readonly prototype: Error;
}

/**
 * Gives an error class its `name`, its `code` if any, and an `instanceof` that also holds for errors of another realm (the
 * workflow sandbox) and of another copy of this package: what counts is a mark on the prototype. The marks are those of
 * the official SDK, so its errors match too. A subclass that does not call this keeps the usual `instanceof`.
 *
 * @example
 * ```ts
 * class StockError extends Error {
 *   declare readonly code: "STOCK";
 *   static {
 *     realmSafe(StockError, "StockError", "STOCK");
 *   }
 * }
 * ```
 */
export function realmSafe(
  clazz: ErrorClass,
  name: string,
  code: string | undefined,
  markName: string = `__temporal_is${name}`,
): void {
  const mark = Symbol.for(markName);
  Object.defineProperties(clazz.prototype, {
    name: { value: name, writable: true, configurable: true, enumerable: true },
    [mark]: { value: true },
  });
  if (code !== undefined)
    Object.defineProperty(clazz.prototype, "code", { value: code, writable: true, configurable: true });
  // Bundlers rename classes that mention themselves, and the name of an error's class is its type in failures.
  Object.defineProperty(clazz, "name", { value: name, configurable: true });
  Object.defineProperty(clazz, Symbol.hasInstance, {
    value(this: ErrorClass, value: unknown): boolean {
      if (this !== clazz) return Object.prototype.isPrototypeOf.call(this.prototype, value as object);
      return typeof value === "object" && value !== null && (value as { [mark]?: unknown })[mark] === true;
    },
  });
}
