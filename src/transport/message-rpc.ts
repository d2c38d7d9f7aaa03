import type { RpcCallOptions, RpcPort } from "../platform/rpc-port.ts";

/** A request on its way to the server. */
export interface RpcRequest {
  /** The encoded message: what is valid and how large it is can be told from these. */
  readonly bytes: Uint8Array;
  /** The message itself, where it is at hand. */
  readonly message?: unknown;
}

/** A port on whose wire messages are not bytes: given the messages themselves, it makes no bytes of answers. */
export interface MessageRpcPort extends RpcPort {
  /**
   * As `unary`, but for what goes in and comes out.
   *
   * @throws {RpcError} in every case of failure
   */
  message(path: string, request: RpcRequest, options: RpcCallOptions): Promise<unknown>;
}

/** Whether a port takes messages. */
export function takesMessages(port: RpcPort): port is MessageRpcPort {
  return "message" in port;
}
