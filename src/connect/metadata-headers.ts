import { decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";
import type { Metadata, MetadataValue } from "../platform/rpc-port.ts";

/** Connect's headers as metadata; what gRPC keeps for itself is left out. */
export function toMetadata(headers: Headers): Metadata {
  const metadata: Record<string, MetadataValue> = {};
  headers.forEach((value, key) => {
    if (key.startsWith("grpc-")) return;
    metadata[key] = key.endsWith("-bin") ? decodeBinaryHeader(value.split(",", 1)[0] ?? "") : value;
  });
  return metadata;
}

/** Metadata as Connect's headers. */
export function toHeaders(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const [key, value] of Object.entries(metadata)) {
    headers.set(key, typeof value === "string" ? value : encodeBinaryHeader(value));
  }
  return headers;
}
