import { connectPort } from "../transport/fetch/connect.ts";
import { parseMessage } from "../transport/fetch/parse-message.ts";
import { type EdgeConnection, type EdgeOptions, edgeConnection } from "./edge-connection.ts";
import { answerOf, pathOf } from "./edge-rpc.ts";
import { requestJson } from "./to-json.ts";

/**
 * Calls by Connect in JSON, as Perdure's gateway and embedded server serve it.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * const temporal = connect({ address: "https://gateway.example.com", apiKey: "a token of the gateway" });
 * await signalWorkflow(temporal, { workflowId: "order-1" }, "pay", [42]);
 * ```
 */
export function connect(options: EdgeOptions): EdgeConnection {
  return edgeConnection(options, (channel) => {
    // The JSON is made and read here, without the codecs of every message.
    const port = connectPort(channel, "application/json");
    return async (rpc, request, call) => {
      const path = pathOf(rpc);
      const body = new TextEncoder().encode(JSON.stringify(requestJson(request)));
      const { bytes } = await port.unary(path, body, call);
      const json = parseMessage(path, bytes);
      return answerOf(path, () => rpc.fromJson(json));
    };
  });
}
