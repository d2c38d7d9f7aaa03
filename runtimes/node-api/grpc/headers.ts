import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import {
  type GrpcStatus,
  type Metadata,
  type MetadataValue,
  toGrpcStatus,
} from "../../../src/platform/rpc-port.ts";
import type { ChannelSettings } from "./channel-settings.ts";

/** Headers of a request that gRPC itself sets and metadata must not. */
const RESERVED = new Set(["te", "content-type", "user-agent", "content-length", "connection", "host"]);

/** The headers that every request of a channel shares. */
export function baseHeaders(settings: ChannelSettings): OutgoingHttpHeaders {
  return {
    ":method": "POST",
    ":scheme": settings.scheme,
    ":authority": settings.authority,
    te: "trailers",
    "content-type": "application/grpc",
    "grpc-accept-encoding": "identity,gzip",
    "user-agent": settings.userAgent,
  };
}

/** Headers of frozen metadata by path: a worker sends the same few all the time. */
export class HeaderCache {
  readonly #base: OutgoingHttpHeaders;
  readonly #known: WeakMap<Metadata, Map<string, OutgoingHttpHeaders>> = new WeakMap();

  constructor(base: OutgoingHttpHeaders) {
    this.#base = base;
  }

  /** The headers of one request, not to be changed. */
  get(path: string, metadata: Metadata | undefined): OutgoingHttpHeaders {
    if (metadata === undefined || !Object.isFrozen(metadata)) {
      return requestHeaders(this.#base, path, metadata);
    }
    let byPath = this.#known.get(metadata);
    if (byPath === undefined) {
      byPath = new Map();
      this.#known.set(metadata, byPath);
    }
    let headers = byPath.get(path);
    if (headers === undefined) {
      headers = requestHeaders(this.#base, path, metadata);
      byPath.set(path, headers);
    }
    return headers;
  }
}

/** The headers of one request. Keys that gRPC reserves are left out of the metadata. */
export function requestHeaders(
  base: OutgoingHttpHeaders,
  path: string,
  metadata: Metadata | undefined,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...base, ":path": path };
  if (metadata === undefined) return headers;
  for (const key in metadata) {
    if (key.startsWith(":") || key.startsWith("grpc-") || RESERVED.has(key)) continue;
    const value = metadata[key];
    if (value !== undefined) headers[key] = typeof value === "string" ? value : base64(value);
  }
  return headers;
}

/** `grpc-timeout`: at most eight digits and a unit. */
export function encodeTimeout(timeoutMs: number): string {
  const whole = Math.max(1, Math.ceil(timeoutMs));
  if (whole < 1e8) return `${whole}m`;
  const seconds = Math.ceil(whole / 1000);
  return seconds < 1e8 ? `${seconds}S` : `${Math.min(99_999_999, Math.ceil(seconds / 3600))}H`;
}

/** What headers of an answer become for the caller: no pseudo headers, `-bin` values as bytes. */
export function toMetadata(headers: IncomingHttpHeaders): Metadata {
  const metadata: Record<string, MetadataValue> = {};
  for (const key of Object.keys(headers)) {
    if (key.startsWith(":")) continue;
    const raw = headers[key];
    if (raw === undefined) continue;
    const text = Array.isArray(raw) ? raw.join(", ") : raw;
    metadata[key] = key.endsWith("-bin") ? Buffer.from(text.split(",", 1)[0] ?? "", "base64") : text;
  }
  return metadata;
}

/** The status in a header block, if there is one. */
export function readStatus(headers: IncomingHttpHeaders | undefined): GrpcStatus | undefined {
  const raw = headers?.["grpc-status"];
  return typeof raw === "string" ? toGrpcStatus(/^\d+$/.test(raw) ? Number(raw) : -1) : undefined;
}

/** The human text of a status: percent-decoded, and left as it is where the escapes are wrong. */
export function readStatusMessage(headers: IncomingHttpHeaders): string {
  const raw = headers["grpc-message"];
  if (typeof raw !== "string") return "";
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** The bytes of `google.rpc.Status`, if the server sent them. */
export function readStatusDetails(headers: IncomingHttpHeaders): Uint8Array | undefined {
  const raw = headers["grpc-status-details-bin"];
  return typeof raw === "string" ? Buffer.from(raw.split(",", 1)[0] ?? "", "base64") : undefined;
}

/** Whether an answer claims to be gRPC. */
export function isGrpcContent(headers: IncomingHttpHeaders): boolean {
  return /^application\/grpc(?:$|[+;])/.test(headers["content-type"] ?? "");
}

function base64(bytes: Uint8Array): string {
  // gRPC asks that senders leave out the padding.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64").replace(/=+$/, "");
}
