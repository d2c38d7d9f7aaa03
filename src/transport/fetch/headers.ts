import { decodeBase64, encodeBase64 } from "../../codec-runtime/base64.ts";
import {
  GrpcStatus,
  type Metadata,
  type MetadataValue,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
} from "../../platform/rpc-port.ts";

/** How the calls of a protocol become headers. */
export interface HeaderRules {
  /** What every request has, whatever its metadata says. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The name of the header that carries a key of metadata. Default: the key itself. */
  readonly nameOf?: (key: string) => string;
  /** The header for a time limit, or undefined for one that is too long to be said. */
  readonly timeout: (timeoutMs: number) => readonly [name: string, value: string] | undefined;
}

/**
 * Makes the headers of requests, as plain objects: a `Headers` costs more to fill and to read than all the rest of a call.
 * Metadata that is frozen comes again and again, and is made into headers once.
 */
export class RequestHeaders {
  readonly #rules: HeaderRules;
  readonly #none: Readonly<Record<string, string>>;
  readonly #known: WeakMap<Metadata, Readonly<Record<string, string>>> = new WeakMap();

  constructor(rules: HeaderRules) {
    this.#rules = rules;
    this.#none = build(undefined, rules);
  }

  /** The headers of one request, which may be changed; throws RpcError when the metadata cannot be sent. */
  of({ metadata, timeoutMs }: RpcCallOptions): Record<string, string> {
    const headers = { ...this.#with(metadata) };
    const timeout = timeoutMs === undefined ? undefined : this.#rules.timeout(timeoutMs);
    if (timeout !== undefined) headers[timeout[0]] = timeout[1];
    return headers;
  }

  #with(metadata: Metadata | undefined): Readonly<Record<string, string>> {
    if (metadata === undefined) return this.#none;
    let headers = this.#known.get(metadata);
    if (headers === undefined) {
      headers = build(metadata, this.#rules);
      if (Object.isFrozen(metadata)) this.#known.set(metadata, headers);
    }
    return headers;
  }
}

/** What gRPC keeps for itself is left out of the metadata. */
function build(metadata: Metadata | undefined, { fixed, nameOf }: HeaderRules): Record<string, string> {
  const headers = new Headers();
  for (const key in metadata) {
    const value = metadata[key];
    if (value === undefined || key.startsWith("grpc-")) continue;
    try {
      headers.set(
        nameOf?.(key) ?? key,
        typeof value === "string" ? value : encodeBase64(value).replace(/=+$/, ""),
      );
    } catch (cause) {
      throw new RpcError({
        status: GrpcStatus.INTERNAL,
        details: `${JSON.stringify(key)} cannot be sent as a header`,
        reason: "invalid-request",
        cause,
      });
    }
  }
  for (const name in fixed) headers.set(name, fixed[name] ?? "");
  const record: Record<string, string> = {};
  headers.forEach((value, name) => {
    record[name] = value;
  });
  return record;
}

/** An answer over `fetch`. Most callers never look at the metadata of a good answer, so it is made when asked for. */
export class FetchedAnswer implements RpcAnswer {
  readonly bytes: Uint8Array;
  readonly #headers: () => Metadata;
  readonly #trailers: () => Metadata;

  constructor(bytes: Uint8Array, headers: () => Metadata, trailers: () => Metadata) {
    this.bytes = bytes;
    this.#headers = headers;
    this.#trailers = trailers;
  }

  get headers(): Metadata {
    return this.#headers();
  }

  get trailers(): Metadata {
    return this.#trailers();
  }
}

/** Headers as metadata: names in lower case, `-bin` values as bytes, nothing of what gRPC keeps for itself. */
export function toMetadata(headers: Headers, prefix = ""): Metadata {
  const metadata: Record<string, MetadataValue> = {};
  headers.forEach((value, name) => {
    if (!name.startsWith(prefix)) return;
    const key = name.slice(prefix.length);
    if (key === "" || key.startsWith("grpc-")) return;
    metadata[key] = key.endsWith("-bin") ? decodeBinary(value) : value;
  });
  return metadata;
}

/** The bytes of a `-bin` value, with or without padding; several may have been joined, the first counts. */
export function decodeBinary(value: string): Uint8Array {
  try {
    return decodeBase64(value.split(",", 1)[0]?.trim() ?? "");
  } catch {
    return new Uint8Array(0);
  }
}
