import { serverPlatform } from "#platform/server";
import type { RpcPort } from "../../platform/rpc-port.ts";
import type { Listener, ListenOptions } from "../../platform/server-platform.ts";
import { checkListenOptions } from "../options.ts";

/**
 * Opens a port in front of a server in this process (or of any other {@link RpcPort}, such as a channel to another server): it
 * answers gRPC, gRPC-Web, Connect and Temporal's HTTP/JSON API there, with TLS or without. Closing the listener leaves the
 * server as it is.
 *
 * Rejects with the error of the system when the address cannot be had.
 *
 * @example
 * ```ts
 * const listener = await listen(new EmbeddedServer(), { port: 7233, httpPort: 7243 });
 * console.log(listener.address); // 127.0.0.1:7233
 * await listener.close();
 * ```
 */
export async function listen(port: RpcPort, options: ListenOptions = {}): Promise<Listener> {
  checkListenOptions(options);
  return serverPlatform.listen(port, options);
}
