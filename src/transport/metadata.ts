import type { Metadata, MetadataValue } from "../platform/rpc-port.ts";

const KEY = /^[0-9a-z_.-]+$/;
const TEXT = /^[\x20-\x7e]*$/;

/**
 * Checks metadata as a user gave it, and puts its keys in lower case.
 *
 * @throws TypeError naming the key, when a key or a value cannot be sent
 *
 * @example
 * ```ts
 * normalizeMetadata({ "X-Team": "billing" }, "metadata"); // { "x-team": "billing" }
 * ```
 */
export function normalizeMetadata(metadata: Metadata, option: string): Metadata {
  const result: Record<string, MetadataValue> = {};
  for (const [name, value] of Object.entries(metadata)) {
    const key = name.toLowerCase();
    if (!KEY.test(key) || key.startsWith("grpc-")) {
      throw new TypeError(
        `${option}: ${JSON.stringify(name)} is not a metadata key: letters, digits, "_", "-" and ".", not beginning with "grpc-"`,
      );
    }
    if (
      key.endsWith("-bin") ? !(value instanceof Uint8Array) : typeof value !== "string" || !TEXT.test(value)
    ) {
      const expected = key.endsWith("-bin")
        ? "a Uint8Array, as its key ends in -bin"
        : "printable ASCII text";
      throw new TypeError(`${option}: the value of ${JSON.stringify(name)} must be ${expected}`);
    }
    result[key] = value;
  }
  return result;
}
