import { HttpJsonExchange } from "../transport/fetch/http-json-exchange.ts";
import { UpdatePolls } from "../transport/fetch/update-polls.ts";
import { type EdgeConnection, type EdgeOptions, edgeConnection } from "./edge-connection.ts";
import { answerOf, pathOf } from "./edge-rpc.ts";
import { statusBytes } from "./status-bytes.ts";
import { requestJson } from "./to-json.ts";

/**
 * Calls of Temporal's own HTTP/JSON API: the HTTP port of a server (`--http-port`), without a gateway.
 * Ids that hold a `/` cannot be reached this way.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * const temporal = httpJson({ address: "http://localhost:7243" });
 * await signalWorkflow(temporal, { workflowId: "order-1" }, "pay", [42]);
 * ```
 */
export function httpJson(options: EdgeOptions): EdgeConnection {
  return edgeConnection(options, (channel) => {
    const exchange = new HttpJsonExchange(channel, statusBytes);
    const updates = new UpdatePolls();
    return async (rpc, request, call) => {
      const { json } = await updates.send(pathOf(rpc), requestJson(request), (path, sent) =>
        exchange.ask({ path, rule: rpc.http }, sent, call),
      );
      return answerOf(pathOf(rpc), () => rpc.fromJson(json));
    };
  });
}
