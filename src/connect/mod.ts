/**
 * `perdure/connect`: Temporal connections and Connect transports, each made from the other.
 *
 * @module
 */

export { connectTransport } from "./connect-transport.ts";
export { fromConnectTransport } from "./from-connect-transport.ts";
