/**
 * `perdure/gateway`: lets browsers, edge functions, workers and other clients reach a Temporal server over any protocol, with
 * authentication, limits and metrics in front of it.
 *
 * @module
 */

export type { PeerCertificate } from "../platform/rpc-port.ts";
export type { Listener, ServerTlsOptions } from "../platform/server-platform.ts";
export type { GatewayCaller } from "./caller.ts";
export { createGateway, type Gateway, type GatewayListenOptions } from "./gateway.ts";
export type {
  GatewayAuth,
  GatewayCredentials,
  GatewayLimits,
  GatewayLogEntry,
  GatewayOptions,
  GatewayToken,
  JwtOptions,
  VerifyCaller,
} from "./gateway-options.ts";
export { RPC_GROUPS, type RpcGroup } from "./rpc-rules.ts";
