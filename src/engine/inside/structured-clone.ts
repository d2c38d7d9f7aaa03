/**
 * `structuredClone` of the sandbox. The host's own would give objects of the host's realm, for which `instanceof` fails.
 * Throws a `DataCloneError` for functions, symbols, promises and weak collections; class instances lose their class.
 */
export function structuredClone<T>(value: T): T {
  return cloneValue(value, new Map()) as T;
}

const errorClasses: { readonly [name: string]: (message: string) => Error } = {
  Error: (message) => new Error(message),
  EvalError: (message) => new EvalError(message),
  RangeError: (message) => new RangeError(message),
  ReferenceError: (message) => new ReferenceError(message),
  SyntaxError: (message) => new SyntaxError(message),
  TypeError: (message) => new TypeError(message),
  URIError: (message) => new URIError(message),
};

function cloneValue(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw uncloneable(value);
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const remember = <R>(copy: R): R => {
    seen.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy = remember(new Array<unknown>(value.length));
    for (const index of Object.keys(value)) copy[Number(index)] = cloneValue(value[Number(index)], seen);
    return copy;
  }
  if (value instanceof Map) {
    const copy = remember(new Map());
    for (const [key, item] of value) copy.set(cloneValue(key, seen), cloneValue(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = remember(new Set());
    for (const item of value) copy.add(cloneValue(item, seen));
    return copy;
  }
  return cloneObject(value, seen, remember);
}

function cloneObject(value: object, seen: Map<object, unknown>, remember: <R>(copy: R) => R): unknown {
  if (value instanceof Date) return remember(new Date(value.getTime()));
  if (value instanceof RegExp) return remember(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return remember(value.slice(0));
  if (ArrayBuffer.isView(value)) return remember(cloneView(value, seen));
  if (value instanceof Error) return cloneError(value, seen, remember);
  if (value instanceof Boolean || value instanceof Number || value instanceof String) {
    return remember(Object(value.valueOf()) as object);
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet)
    throw uncloneable(value);
  const copy: { [key: string]: unknown } = remember({});
  for (const key of Object.keys(value)) {
    copy[key] = cloneValue((value as { [key: string]: unknown })[key], seen);
  }
  return copy;
}

function cloneView(value: ArrayBufferView, seen: Map<object, unknown>): unknown {
  const buffer = cloneValue(value.buffer, seen) as ArrayBuffer;
  if (value instanceof DataView) return new DataView(buffer, value.byteOffset, value.byteLength);
  const typed = value as Uint8Array;
  const Class = typed.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Uint8Array;
  return new Class(buffer, typed.byteOffset, typed.length);
}

function cloneError(value: Error, seen: Map<object, unknown>, remember: <R>(copy: R) => R): Error {
  const make = errorClasses[value.name] ?? errorClasses.Error!;
  const copy = remember(make(String(value.message)));
  Object.defineProperty(copy, "stack", { value: value.stack, writable: true, configurable: true });
  if (Object.hasOwn(value, "cause")) {
    const cause = cloneValue(value.cause, seen);
    Object.defineProperty(copy, "cause", { value: cause, writable: true, configurable: true });
  }
  return copy;
}

function uncloneable(value: unknown): Error {
  const what = typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  const error = new Error(`${what} could not be cloned`);
  Object.defineProperty(error, "name", { value: "DataCloneError", writable: true, configurable: true });
  Object.defineProperty(error, "code", { value: 25, writable: true, configurable: true });
  return error;
}
