import { Buffer } from "node:buffer";

/** The same value with bytes as text: quick to compare, and a difference can be read. */
export function legible(value: unknown): unknown {
  // Bytes of the sandbox have a class of their own.
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const text = bytes.toString("utf8");
    return Buffer.from(text, "utf8").equals(bytes) ? `utf8 ${text}` : `base64 ${bytes.toString("base64")}`;
  }
  if (Array.isArray(value)) return value.map(legible);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, legible(item)]));
}
