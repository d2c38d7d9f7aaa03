import { JsonReader } from "../../codec-runtime/json-reader.ts";
import { anyTypes } from "../../gen/codec/any-types.ts";
import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";
import { malformed } from "./answer-error.ts";
import type { ConnectFormat } from "./connect.ts";
import { type JsonRpc, jsonRpc } from "./json-methods.ts";

/** Messages as JSON, which people and proxies can read. */
export const connectJson: ConnectFormat = {
  contentType: "application/json",
  encode: (path, message) =>
    new TextEncoder().encode(JSON.stringify(method(path).method.request(message, { anyTypes }))),
  decode: (path, body) => {
    try {
      const json = JSON.parse(new TextDecoder().decode(body));
      // A newer server may say more than we know.
      return method(path).method.response(json, new JsonReader({ anyTypes, ignoreUnknown: true }));
    } catch (cause) {
      throw malformed(path, cause instanceof Error ? cause.message : String(cause), cause);
    }
  },
};

function method(path: string): JsonRpc {
  const found = jsonRpc(path);
  if (found !== undefined) return found;
  throw new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details: `${path} has no JSON form here: use Connect in its binary format, gRPC-Web or gRPC`,
    reason: "invalid-request",
  });
}
