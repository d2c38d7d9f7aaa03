// Invariants
// 1. `#path` has one entry per message that is being read: the name of the field in work. So errors can say where.
// 2. JSON `null` never reaches the methods here: the generated code leaves such a field at its default.
import { decodeBase64 } from "./base64.ts";
import { CodecError, type CodecErrorCode, describeValue } from "./codec-error.ts";
import { type EnumNames, enumNumber } from "./enum-names.ts";
import type { AnyTypes, JsonObject, JsonReadOptions, JsonValue } from "./json.ts";
import { MAX_DEPTH } from "./reader.ts";

const MAX_FLOAT = 3.4028234663852886e38;

/** Reads values of protobuf's JSON mapping, and keeps track of where it is. */
export class JsonReader {
  readonly anyTypes: AnyTypes;
  readonly ignoreUnknown: boolean;
  readonly #path: string[] = [];
  readonly #names: string[] = [];

  constructor(options: JsonReadOptions = {}) {
    this.anyTypes = options.anyTypes ?? {};
    this.ignoreUnknown = options.ignoreUnknown === true;
  }

  /** Begins a message. */
  enter(json: JsonValue, message: string): JsonObject {
    this.#names.push(message);
    this.#path.push("");
    if (this.#names.length > MAX_DEPTH)
      throw this.fail(`messages nested deeper than ${MAX_DEPTH}`, "TOO_DEEP");
    return this.object(json);
  }

  /** Ends the message begun last. */
  leave(): void {
    this.#names.pop();
    this.#path.pop();
  }

  /** Begins a field. A name may be spelled `camelCase` or `snake_case`, but not both ways in one object. */
  at(key: string, json: JsonObject): JsonValue {
    this.#path[this.#path.length - 1] = key;
    if (key.includes("_")) {
      const camel = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      if (camel !== key && Object.hasOwn(json, camel)) throw this.fail(`set twice, as "${camel}" too`);
    }
    return json[key]!;
  }

  /** A key that the message does not have. */
  unknown(key: string): void {
    if (!this.ignoreUnknown) throw this.fail(`no field has the name "${key}"`, "UNKNOWN_NAME");
  }

  /** Checks that no other member of the oneof was set before. */
  oneof(current: { readonly case: string | undefined }): void {
    if (current.case !== undefined) throw this.fail(`"${current.case}" of the same oneof is set too`);
  }

  object(json: JsonValue): JsonObject {
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
    throw this.#expected("an object", json);
  }

  list<T>(json: JsonValue, item: (value: JsonValue) => T | undefined): T[] {
    if (!Array.isArray(json)) throw this.#expected("an array", json);
    const list: T[] = [];
    for (const value of json) {
      if (value === null) throw this.#expected("no null in an array", value);
      const read = item(value);
      if (read !== undefined) list.push(read);
    }
    return list;
  }

  /** The entries of a map; a value of null is an error. */
  entries(json: JsonValue): [string, JsonValue][] {
    const entries = Object.entries(this.object(json));
    for (const [key, value] of entries) {
      if (value === null) throw this.fail(`map entry "${key}" is null`);
    }
    return entries;
  }

  string(json: JsonValue): string {
    if (typeof json === "string") return json;
    throw this.#expected("a string", json);
  }

  bool(json: JsonValue): boolean {
    if (typeof json === "boolean") return json;
    throw this.#expected("a boolean", json);
  }

  int32(json: JsonValue): number {
    const value = this.#number(json);
    if ((value | 0) === value) return value;
    throw this.#expected("a 32-bit integer", json);
  }

  uint32(json: JsonValue): number {
    const value = this.#number(json);
    if (value >>> 0 === value) return value;
    throw this.#expected("an unsigned 32-bit integer", json);
  }

  int64(json: JsonValue): bigint {
    const value = this.#bigint(json);
    if (BigInt.asIntN(64, value) === value) return value;
    throw this.#expected("a 64-bit integer", json);
  }

  uint64(json: JsonValue): bigint {
    const value = this.#bigint(json);
    if (BigInt.asUintN(64, value) === value) return value;
    throw this.#expected("an unsigned 64-bit integer", json);
  }

  double(json: JsonValue): number {
    if (json === "NaN") return Number.NaN;
    if (json === "Infinity") return Number.POSITIVE_INFINITY;
    if (json === "-Infinity") return Number.NEGATIVE_INFINITY;
    return this.#number(json);
  }

  float(json: JsonValue): number {
    const value = this.double(json);
    if (Number.isFinite(value) && Math.abs(value) > MAX_FLOAT) throw this.#expected("a 32-bit float", json);
    return value;
  }

  bytes(json: JsonValue): Uint8Array {
    try {
      return decodeBase64(this.string(json));
    } catch (cause) {
      throw this.fail(cause instanceof Error ? cause.message : String(cause));
    }
  }

  /** An enum by name or number; undefined for an unknown name that is to be ignored. */
  enum(json: JsonValue, names: EnumNames): number | undefined {
    if (typeof json === "string") {
      const value = enumNumber(names, json);
      if (value !== undefined || this.ignoreUnknown) return value;
      throw this.fail(`${names.type} has no value ${describeValue(json)}`, "UNKNOWN_NAME");
    }
    return this.int32(json);
  }

  /** An error that says where in the JSON it is. */
  fail(what: string, code: CodecErrorCode = "INVALID_JSON"): CodecError {
    const path = this.#path.filter((key) => key !== "").join(".");
    const message = this.#names[0];
    return new CodecError(
      code,
      `cannot read ${message ?? "message"} from JSON${path && `, field ${path}`}: ${what}`,
      {
        message,
        path,
      },
    );
  }

  #expected(what: string, json: JsonValue): CodecError {
    return this.fail(`expected ${what}, got ${describeValue(json)}`);
  }

  /** A finite number, or a string that is one. */
  #number(json: JsonValue): number {
    if (typeof json === "number" && Number.isFinite(json)) return json;
    if (typeof json === "string" && json !== "" && json.trim() === json) {
      const value = Number(json);
      if (Number.isFinite(value)) return value;
    }
    throw this.#expected("a number", json);
  }

  #bigint(json: JsonValue): bigint {
    if (typeof json === "number" && Number.isInteger(json)) return BigInt(json);
    if (typeof json === "string" && /^-?\d{1,20}$/.test(json)) return BigInt(json);
    throw this.#expected("an integer or a string of one", json);
  }
}
