import { decodeBase64 } from "../../../codec-runtime/base64.ts";
import type { Metadata, MetadataValue } from "../../../platform/rpc-port.ts";
import { parseTimeout } from "../grpc-wire.ts";
import type { WebRequest } from "../web.ts";
import { invalid } from "./http-failure.ts";

const PREFIX = "grpc-metadata-";
/** Headers of HTTP that are passed on under another name. */
const PERMANENT = new Set([
  "accept",
  "accept-charset",
  "accept-language",
  "accept-ranges",
  "authorization",
  "cache-control",
  "content-type",
  "cookie",
  "date",
  "expect",
  "from",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-schedule-tag-match",
  "if-unmodified-since",
  "max-forwards",
  "origin",
  "pragma",
  "referer",
  "user-agent",
  "via",
  "warning",
]);
/** Headers that are passed on as they are. */
const FORWARDED = new Set(["authorization", "authorization-extras", "client-name", "client-version"]);

/** What of a request's headers becomes metadata of the call. */
export function forwardedMetadata({ headers, peer }: WebRequest): Metadata {
  const metadata: Record<string, MetadataValue> = { "client-name": "temporal-server-http" };
  headers.forEach((value, name) => {
    if (FORWARDED.has(name)) metadata[name] = value;
    if (name.startsWith(PREFIX)) {
      const key = name.slice(PREFIX.length);
      metadata[key] = key.endsWith("-bin") ? binary(name, value) : value;
    } else if (PERMANENT.has(name)) {
      metadata[`grpcgateway-${name}`] = value;
    }
  });
  const before = headers.get("x-forwarded-for");
  if (peer.address !== undefined) {
    metadata["x-forwarded-for"] = before === null ? peer.address : `${before}, ${peer.address}`;
  }
  const host = headers.get("x-forwarded-host") ?? headers.get("host");
  if (host !== null) metadata["x-forwarded-host"] = host;
  return metadata;
}

/** The time that a request gives its call; undefined: all the time there is. */
export function requestTimeoutMs(headers: Headers): number | undefined {
  const text = headers.get("grpc-timeout");
  if (text === null) return undefined;
  const timeoutMs = parseTimeout(text);
  if (typeof timeoutMs !== "number") throw invalid(`invalid grpc-timeout: ${text}`);
  return timeoutMs;
}

function binary(name: string, value: string): Uint8Array {
  try {
    return decodeBase64(value);
  } catch (cause) {
    const canonical = name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
    const at = /[^0-9A-Za-z+/]/.exec(value)?.index ?? value.length;
    throw invalid(`invalid binary header ${canonical}: illegal base64 data at input byte ${at}`, cause);
  }
}
