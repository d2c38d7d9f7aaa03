import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import type { Metadata, MetadataValue } from "../../../src/platform/rpc-port.ts";

/** Headers that belong to the transport. */
const RESERVED = new Set(["te", "content-type", "content-length", "connection", "date", "trailer", "host"]);
const BASE64 = /^[0-9A-Za-z+/]*={0,2}$/;

/** The metadata of a request: no pseudo headers, none of gRPC's own, `-bin` values as bytes. */
export function readMetadata(headers: IncomingHttpHeaders): Metadata {
  const metadata: Record<string, MetadataValue> = {};
  for (const name in headers) {
    if (isReserved(name)) continue;
    const value = headers[name];
    if (value === undefined) continue;
    const text = typeof value === "string" ? value : value.join(", ");
    metadata[name] = name.endsWith("-bin") ? Buffer.from(text.split(",", 1)[0] ?? "", "base64") : text;
  }
  return metadata;
}

/** What is wrong with the binary metadata of a request, as grpc-go words it; undefined when nothing is. */
export function binaryProblem(headers: IncomingHttpHeaders): string | undefined {
  for (const name in headers) {
    if (!name.endsWith("-bin")) continue;
    for (const value of String(headers[name]).split(",")) {
      const text = value.trim();
      const length = text.replace(/=+$/, "").length;
      if (BASE64.test(text) && length % 4 !== 1) continue;
      const at = /[^0-9A-Za-z+/]/.exec(text)?.index ?? length;
      return `malformed binary metadata ${JSON.stringify(value)} in header ${JSON.stringify(name)}: illegal base64 data at input byte ${at}`;
    }
  }
  return undefined;
}

/** Adds metadata to headers on their way out; what the transport says itself is left out. */
export function writeMetadata(metadata: Metadata, headers: OutgoingHttpHeaders): void {
  for (const name in metadata) {
    if (isReserved(name)) continue;
    const value = metadata[name];
    if (value === undefined) continue;
    headers[name] = typeof value === "string" ? value : unpadded(value);
  }
}

/** Bytes as gRPC sends them in headers. */
export function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64").replace(/=+$/, "");
}

function isReserved(name: string): boolean {
  return name.startsWith(":") || name.startsWith("grpc-") || RESERVED.has(name);
}
