import { errorMessage, isRecord, typeName } from "../../common/type-guards.ts";

const MAX_DEPTH = 100;

/**
 * Says what a value is that no converter took, and why JSON does not take it either. Only for error messages: it walks
 * the whole value.
 *
 * @example
 * ```ts
 * whyUnconvertible({ total: 1n }); // "object to a payload: it holds a BigInt at 'total', …"
 * ```
 */
export function whyUnconvertible(value: unknown): string {
  const kind = typeName(value);
  const what = /^[aeiou]/i.test(kind) ? `an ${kind}` : `a ${kind}`;
  if (typeof value === "bigint")
    return `${what} to a payload: JSON has no BigInt; convert it to a string first`;
  if (typeof value === "function" || typeof value === "symbol") {
    return `${what} to a payload: functions and symbols cannot be serialised`;
  }
  return `${what} to a payload: ${findFault(value, "", []) ?? "no converter takes it"}`;
}

function findFault(value: unknown, path: string, above: readonly unknown[]): string | undefined {
  const place = path === "" ? "its top" : `'${path}'`;
  if (typeof value === "bigint") {
    return `it holds a BigInt at ${place}, which JSON does not have; convert it to a string first`;
  }
  if (!isRecord(value)) return undefined;
  if (above.includes(value)) return `it refers to itself at ${place}`;
  if (above.length > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} levels deep at ${place}`;
  const inner = [...above, value];
  try {
    const { toJSON } = value;
    if (typeof toJSON === "function") return findFault(toJSON.call(value, ""), path, inner);
    for (const [key, item] of Object.entries(value)) {
      const step = Array.isArray(value) ? `[${key}]` : path === "" ? key : `.${key}`;
      const fault = findFault(item, path + step, inner);
      if (fault !== undefined) return fault;
    }
  } catch (error) {
    return `reading it at ${place} threw: ${errorMessage(error) ?? String(error)}`;
  }
  return undefined;
}
