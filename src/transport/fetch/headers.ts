import { decodeBase64, encodeBase64 } from "../../codec-runtime/base64.ts";
import { GrpcStatus, type Metadata, type MetadataValue, RpcError } from "../../platform/rpc-port.ts";

/** Sets metadata as headers; what gRPC keeps for itself is left out. */
export function setMetadata(headers: Headers, metadata: Metadata | undefined, prefix = ""): void {
  for (const key in metadata) {
    const value = metadata[key];
    if (value === undefined || key.startsWith("grpc-")) continue;
    const name = prefix + key;
    try {
      headers.set(name, typeof value === "string" ? value : encodeBase64(value).replace(/=+$/, ""));
    } catch (cause) {
      throw new RpcError({
        status: GrpcStatus.INTERNAL,
        details: `${JSON.stringify(key)} cannot be sent as a header`,
        reason: "invalid-request",
        cause,
      });
    }
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
