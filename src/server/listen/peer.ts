import type { RpcPeer } from "../../platform/rpc-port.ts";

/**
 * Who calls by way of a proxy: its header says the address. Of a list the last counts, which is what the proxy saw itself; all before
 * it the caller may have made up.
 *
 * @example
 * ```ts
 * peerBehindProxy({ address: "10.0.0.1", certificate: undefined }, "1.2.3.4, 5.6.7.8").address; // "5.6.7.8"
 * ```
 */
export function peerBehindProxy(peer: RpcPeer, header: string | null | undefined): RpcPeer {
  const address = header?.split(",").at(-1)?.trim();
  return address === undefined || address === "" ? peer : { ...peer, address: address.slice(0, 100) };
}
