import {
  GrpcStatus,
  type Metadata,
  type MetadataValue,
  RpcError,
  toGrpcStatus,
} from "../../../src/platform/rpc-port.ts";
import { decodeMessage, encodeTimeout } from "../../../src/transport/wire-text.ts";
import type { HeaderBlock } from "../http2/header-block.ts";
import { HeaderList, literalField, type RequestField } from "../http2/hpack-encoder.ts";
import type { ChannelSettings } from "./channel-settings.ts";

/** Headers of a request that gRPC itself sets and metadata must not. */
const RESERVED = new Set(["te", "content-type", "user-agent", "content-length", "connection", "host"]);
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers by path and metadata: a worker sends the same few all the time, as the same frozen objects. */
export class HeaderCache {
  readonly #settings: ChannelSettings;
  readonly #plain = new Map<string, HeaderList>();
  readonly #known: WeakMap<Metadata, Map<string, HeaderList>> = new WeakMap();

  constructor(settings: ChannelSettings) {
    this.#settings = settings;
  }

  /** The headers of one request; throws RpcError when the metadata cannot be sent. */
  get(path: string, metadata: Metadata | undefined): HeaderList {
    if (metadata !== undefined && !Object.isFrozen(metadata)) {
      return requestHeaders(this.#settings, path, metadata);
    }
    let byPath = metadata === undefined ? this.#plain : this.#known.get(metadata);
    if (byPath === undefined) {
      byPath = new Map();
      if (metadata !== undefined) this.#known.set(metadata, byPath);
    }
    let headers = byPath.get(path);
    if (headers === undefined) {
      headers = requestHeaders(this.#settings, path, metadata);
      byPath.set(path, headers);
    }
    return headers;
  }
}

/** The headers of one request, but for its timeout. Keys that gRPC reserves are left out of the metadata. */
function requestHeaders(
  { scheme, authority, userAgent }: ChannelSettings,
  path: string,
  metadata: Metadata | undefined,
): HeaderList {
  const fields: RequestField[] = [
    field(":method", "POST"),
    field(":scheme", scheme),
    field(":path", path),
    field(":authority", authority),
    field("te", "trailers"),
    field("content-type", "application/grpc"),
    field("grpc-accept-encoding", "identity,gzip"),
    field("user-agent", userAgent),
  ];
  // Metadata that may change is likely to be for this call alone, and would only push out what is sent often.
  const repeated = metadata !== undefined && Object.isFrozen(metadata);
  for (const key in metadata) {
    if (key.startsWith(":") || key.startsWith("grpc-") || RESERVED.has(key)) continue;
    const value = metadata[key];
    if (value === undefined) continue;
    if (!NAME.test(key)) throw invalid(`${JSON.stringify(key)} is not a header name`);
    fields.push(field(key, typeof value === "string" ? value : base64(value), repeated));
  }
  return new HeaderList(fields);
}

function field(name: string, value: string, repeated = true): RequestField {
  if (!VALUE.test(value))
    throw invalid(`the value of ${JSON.stringify(name)} has characters that no header has`);
  return { name, value, repeated };
}

function invalid(details: string): RpcError {
  return new RpcError({ status: GrpcStatus.INTERNAL, details, reason: "invalid-request" });
}

let lastTimeout = "";
let lastTimeoutField: Buffer = Buffer.alloc(0);

/** The header `grpc-timeout`, encoded so that it leaves no trace in any table. */
export function timeoutField(timeoutMs: number): Buffer {
  const text = encodeTimeout(timeoutMs);
  if (text !== lastTimeout) {
    lastTimeout = text;
    lastTimeoutField = literalField("grpc-timeout", text);
  }
  return lastTimeoutField;
}

/** What headers of an answer become for the caller: no pseudo headers, `-bin` values as bytes. */
export function toMetadata(block: HeaderBlock | undefined): Metadata {
  const metadata: Record<string, MetadataValue> = {};
  for (const { name, value } of block?.fields ?? []) {
    if (name.startsWith(":")) continue;
    const before = metadata[name];
    if (name.endsWith("-bin")) metadata[name] = before ?? bytesOf(value);
    else metadata[name] = typeof before === "string" ? `${before}, ${value}` : value;
  }
  return metadata;
}

/** The status in a header block, if there is one. */
export function readStatus(block: HeaderBlock | undefined): GrpcStatus | undefined {
  const raw = block?.get("grpc-status");
  if (raw === "0") return GrpcStatus.OK;
  return raw === undefined ? undefined : toGrpcStatus(/^\d+$/.test(raw) ? Number(raw) : -1);
}

/** The human text of a status. */
export function readStatusMessage(block: HeaderBlock): string {
  return decodeMessage(block.get("grpc-message") ?? "");
}

/** The bytes of `google.rpc.Status`, if the server sent them. */
export function readStatusDetails(block: HeaderBlock): Uint8Array | undefined {
  const raw = block.get("grpc-status-details-bin");
  return raw === undefined ? undefined : bytesOf(raw);
}

/** The HTTP status of an answer. */
export function httpStatus(block: HeaderBlock): number {
  return Number(block.get(":status") ?? 0);
}

/** Whether an answer claims to be gRPC. */
export function isGrpcContent(block: HeaderBlock): boolean {
  const type = block.get("content-type") ?? "";
  return type === "application/grpc" || /^application\/grpc[+;]/.test(type);
}

/** Several values may have been joined; only the first counts. */
function bytesOf(value: string): Uint8Array {
  return Buffer.from(value.split(",", 1)[0] ?? "", "base64");
}

function base64(bytes: Uint8Array): string {
  // gRPC asks that senders leave out the padding.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64").replace(/=+$/, "");
}
