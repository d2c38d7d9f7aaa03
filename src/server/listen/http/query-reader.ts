import type { EnumNames } from "../../../codec-runtime/enum-names.ts";
import { enumNumber } from "../../../codec-runtime/enum-names.ts";
import type { JsonObject, JsonValue } from "../../../codec-runtime/json.ts";
import { JsonReader } from "../../../codec-runtime/json-reader.ts";
import { protoName, setField } from "./field-path.ts";
import { invalid } from "./http-failure.ts";

/**
 * The parameters of a query string, percent-decoded, in their order.
 *
 * @throws RpcError INVALID_ARGUMENT for a wrong escape, as Go words it
 */
export function parseQuery(query: string): [string, string][] {
  const parameters: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const name = at < 0 ? part : part.slice(0, at);
    parameters.push([unescaped(name), at < 0 ? "" : unescaped(part.slice(at + 1))]);
  }
  return parameters;
}

/** Parameters as the JSON of a request, for a {@link QueryReader}. What the path says already counts more. */
export function queryToJson(
  parameters: readonly (readonly [string, string])[],
  params: ReadonlyMap<string, string>,
): JsonObject {
  const values = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    const path = protoName(name);
    if (params.has(path)) continue;
    const list = values.get(path);
    if (list === undefined) values.set(path, [value]);
    else list.push(value);
  }
  const json: JsonObject = {};
  for (const [path, list] of values) setField(json, path, list);
  return json;
}

/** Reads the fields of a request from a query string, where each value is a list of texts; with the errors of grpc-gateway. */
export class QueryReader extends JsonReader {
  #field = "";

  override enter(json: JsonValue, message: string): JsonObject {
    if (Array.isArray(json)) {
      throw invalid(`parsing field "${this.#field}": unsupported message type: "${message}"`);
    }
    return super.enter(json, message);
  }

  override at(key: string, json: JsonObject): JsonValue {
    this.#field = protoName(key);
    return super.at(key, json);
  }

  /** Parameters that the request does not have are ignored, such as `pretty`. */
  override unknown(): void {}

  override list<T>(json: JsonValue, item: (value: JsonValue) => T | undefined): T[] {
    return super.list(Array.isArray(json) ? json : [json], item);
  }

  override entries(): [string, JsonValue][] {
    throw invalid(`parsing field "${this.#field}": a map cannot be given in a query`);
  }

  override string(json: JsonValue): string {
    return this.#text(json);
  }

  override bool(json: JsonValue): boolean {
    const text = this.#text(json);
    if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
    if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
    throw this.#syntax("ParseBool", text);
  }

  override int32(json: JsonValue): number {
    return super.int32(this.#integer(json, "ParseInt"));
  }

  override uint32(json: JsonValue): number {
    return super.uint32(this.#integer(json, "ParseUint"));
  }

  override int64(json: JsonValue): bigint {
    return super.int64(this.#integer(json, "ParseInt"));
  }

  override uint64(json: JsonValue): bigint {
    return super.uint64(this.#integer(json, "ParseUint"));
  }

  override double(json: JsonValue): number {
    return super.double(this.#text(json));
  }

  override bytes(json: JsonValue): Uint8Array {
    return super.bytes(this.#text(json));
  }

  override enum(json: JsonValue, names: EnumNames): number | undefined {
    const text = this.#text(json);
    if (/^-?\d+$/.test(text)) return Number(text);
    const value = text.startsWith(names.prefix) ? enumNumber(names, text) : undefined;
    if (value === undefined)
      throw invalid(`parsing field "${this.#field}": ${JSON.stringify(text)} is not a valid value`);
    return value;
  }

  #integer(json: JsonValue, parser: string): string {
    const text = this.#text(json);
    if (!/^[+-]?\d{1,20}$/.test(text)) throw this.#syntax(parser, text);
    return text.replace(/^\+/, "");
  }

  /** The one value of a field that is no list. */
  #text(json: JsonValue): string {
    if (!Array.isArray(json)) return super.string(json);
    const [first, ...more] = json;
    if (more.length > 0) throw invalid(`too many values for field "${this.#field}": ${json.join(", ")}`);
    return super.string(first ?? "");
  }

  #syntax(parser: string, text: string): Error {
    return invalid(
      `parsing field "${this.#field}": strconv.${parser}: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
}

function unescaped(text: string): string {
  const wrong = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text);
  if (wrong !== null) throw invalid(`invalid URL escape ${JSON.stringify(wrong[0])}`);
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Bytes that are no UTF-8.
    return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, "\ufffd");
  }
}
