// Random messages by descriptor, from a seed: the same seed gives the same message on every run.
import { isDeepStrictEqual } from "node:util";
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

/** A generator of numbers in [0, 1). */
export type Random = () => number;

/** What kind of values are wanted. */
export interface RandomOptions {
  /** Only values that JSON text can carry: times in range, no content in `Any` fields, no -0. */
  readonly json?: boolean;
  /** How deep messages are nested. Default 3. */
  readonly depth?: number;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed of its own for each name. */
export function seedOf(name: string): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  return hash >>> 0;
}

export function int(random: Random, below: number): number {
  return Math.floor(random() * below);
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[int(random, values.length)] as T;
}

const STRINGS = [
  "",
  "a",
  "order-1",
  "ünïcödé",
  "日本語",
  "🙂 emoji",
  "\ufeffbom",
  "\u0000nul",
  "x".repeat(47),
  "x".repeat(48),
  "x".repeat(49),
  "y".repeat(64),
  "y".repeat(65),
  "z".repeat(127),
  "z".repeat(128),
  "é".repeat(64),
  "é".repeat(127),
  "long ".repeat(700),
  "constructor",
];
const INT32 = [0, 1, -1, 127, 128, 300, 16383, 16384, 2 ** 31 - 1, -(2 ** 31), 2 ** 28, 123456789];
const UINT32 = [0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1];
const INT64 = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  2047n,
  2048n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  -(2n ** 31n),
  -(2n ** 32n),
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const UINT64 = [0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const DOUBLES = [0, -0, 1, -1.5, Math.PI, Number.NaN, Number.POSITIVE_INFINITY, -Infinity, 5e-324, 1.7e308];
const FLOATS = [
  0,
  -0,
  1,
  -1.5,
  Math.fround(Math.PI),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Math.fround(3.4e38),
];
const KEYS = ["", "a", "encoding", "key with ünïcode", "__proto__", "constructor", "1"];

function bytes(random: Random): Uint8Array {
  const length = pick(random, [0, 1, 2, 3, 10, 127, 128, 300]);
  return Uint8Array.from({ length }, () => int(random, 256));
}

function scalar(random: Random, type: ScalarType): unknown {
  switch (type) {
    case ScalarType.STRING:
      return pick(random, STRINGS);
    case ScalarType.BOOL:
      return random() < 0.5;
    case ScalarType.BYTES:
      return bytes(random);
    case ScalarType.INT64:
      return pick(random, INT64);
    case ScalarType.UINT64:
      return pick(random, UINT64);
    case ScalarType.UINT32:
      return pick(random, UINT32);
    case ScalarType.DOUBLE:
      return pick(random, DOUBLES);
    case ScalarType.FLOAT:
      return pick(random, FLOATS);
    default:
      return pick(random, INT32);
  }
}

function value(field: DescField, random: Random, options: RandomOptions): unknown {
  if (field.message !== undefined) {
    if (field.message.file.name === "google/protobuf/wrappers" && field.fieldKind === "message") {
      return value(field.message.fields[0]!, random, options);
    }
    return randomMessage(field.message, random, { ...options, depth: (options.depth ?? 3) - 1 });
  }
  if (field.enum !== undefined) {
    const known = field.enum.values.map(({ number }) => number);
    return random() < 0.8 ? pick(random, known) : pick(random, [-1, 999, 2 ** 31 - 1]);
  }
  const picked = scalar(random, field.scalar!);
  return options.json === true && Object.is(picked, -0) ? 0 : picked;
}

function keys(field: DescField & { fieldKind: "map" }, random: Random): (string | number)[] {
  const count = int(random, 3);
  const source: (string | number)[] = field.mapKey === ScalarType.STRING ? KEYS : INT32;
  return [...new Set(Array.from({ length: count }, () => pick(random, source)))];
}

function container(field: DescField, random: Random, options: RandomOptions): unknown {
  if (field.fieldKind === "list")
    return Array.from({ length: int(random, 4) }, () => value(field, random, options));
  const record: Record<string, unknown> = {};
  for (const key of keys(field as DescField & { fieldKind: "map" }, random)) {
    Object.defineProperty(record, String(key), {
      value: value(field, random, options),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return record;
}

function wellKnown(desc: DescMessage, random: Random): object | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return {
        seconds: pick(random, [0n, 1n, 1767225600n, -62135596800n, 253402300799n]),
        nanos: pick(random, [0, 1, 1000, 500_000_000, 999_999_999]),
      };
    case "google.protobuf.Duration": {
      const sign = random() < 0.5 ? -1 : 1;
      return {
        seconds: BigInt(sign * pick(random, [0, 1, 86400, 315576000000])),
        nanos: sign * pick(random, [1, 1000, 500_000_000, 999_999_999]),
      };
    }
    case "google.protobuf.FieldMask":
      return { paths: pick(random, [[], ["a"], ["foo_bar", "a.b_c"]]) };
    case "google.protobuf.Any":
      return {};
    default:
      return undefined;
  }
}

/** A message in the shape that both codecs take: fields left out at random, oneofs as `{ case, value }`. */
export function randomMessage(
  desc: DescMessage,
  random: Random,
  options: RandomOptions = {},
): Record<string, unknown> {
  if (options.json === true) {
    const known = wellKnown(desc, random);
    if (known !== undefined) return known as Record<string, unknown>;
  }
  const message: Record<string, unknown> = {};
  const depth = options.depth ?? 3;
  for (const part of desc.members) {
    const field = part.kind === "oneof" ? pick(random, part.fields) : part;
    if (random() < 0.3 || (depth <= 0 && field.message !== undefined)) continue;
    if (part.kind === "oneof")
      message[part.localName] = { case: field.localName, value: value(field, random, options) };
    else if (field.fieldKind === "list" || field.fieldKind === "map") {
      message[field.localName] = container(field, random, options);
    } else message[field.localName] = value(field, random, options);
  }
  return message;
}

/** A message of either side as a plain value: without type names, unknown fields and undefined ones. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === "$typeName" || key === "$unknown") continue;
    const entry = plain((value as Record<string, unknown>)[key]);
    if (entry === undefined) continue;
    Object.defineProperty(copy, key, { value: entry, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

/** Whether two messages are equal as {@link plain} values; `NaN` equals itself, `-0` is not `0`. */
export function same(ours: unknown, theirs: unknown): boolean {
  return isDeepStrictEqual(plain(ours), plain(theirs));
}
