/**
 * Whether a value is an object (arrays and functions' results included, `null` not).
 *
 * @example
 * ```ts
 * if (isRecord(value)) value["name"];
 * ```
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * Whether a value looks like an Error, also one of another realm.
 *
 * @example
 * ```ts
 * isError(new TypeError("no")); // true
 * ```
 */
export function isError(value: unknown): value is Error {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    typeof value.message === "string" &&
    (value.stack === undefined || value.stack === null || typeof value.stack === "string")
  );
}

/**
 * The message of an Error, a thrown text itself, or undefined for anything else.
 *
 * @example
 * ```ts
 * errorMessage(new Error("no")); // "no"
 * ```
 */
export function errorMessage(error: unknown): string | undefined {
  if (isError(error)) return error.message;
  return typeof error === "string" ? error : undefined;
}

/**
 * A short name of what a value is, for error messages: `string`, `null`, `array`, `Map`, `function "pay"`.
 *
 * @example
 * ```ts
 * typeName(new Map()); // "Map"
 * ```
 */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "function") return value.name === "" ? "function" : `function "${value.name}"`;
  if (typeof value !== "object") return typeof value;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? name : "object";
}

/**
 * A value shortened for an error message. Never throws.
 *
 * @example
 * ```ts
 * showValue("later"); // '"later"'
 * ```
 */
export function showValue(value: unknown): string {
  if (typeof value === "string") return value.length > 80 ? `"${value.slice(0, 80)}…"` : `"${value}"`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol" || typeof value === "function") return typeName(value);
  if (typeof value !== "object" || value === null) return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A cycle or a BigInt inside: the type has to do.
  }
  if (text === undefined) return typeName(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
