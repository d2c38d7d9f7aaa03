import { ConnectError } from "@connectrpc/connect";
import { decodeStatus } from "../gen/codec/google/rpc/status.ts";
import type { RpcError } from "../platform/rpc-port.ts";
import { toHeaders } from "./metadata-headers.ts";

/** The codes of Connect are those of gRPC, without OK, which is no error. */
export function toConnectError(error: RpcError): ConnectError {
  const result = new ConnectError(
    error.details,
    error.status as number,
    toHeaders(error.metadata),
    undefined,
    error,
  );
  if (error.rawStatusDetails !== undefined) {
    try {
      result.details = decodeStatus(error.rawStatusDetails).details.map(({ typeUrl, value }) => ({
        type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
        value,
      }));
    } catch {
      // Details are extra: the status itself must get through.
    }
  }
  return result;
}
