/** Serves, and calls over each protocol. */
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";

const server = new EmbeddedServer();
const { address } = await server.listen();
for (const protocol of ["grpc", "grpc-web", "connect", "http-json"] as const) {
  const connection = await Connection.connect({ address, protocol });
  const client = new Client({ connection });
  const handle = await client.workflow.start("order", { taskQueue: "orders", workflowId: protocol });
  await handle.signal("pay", 5);
  await connection.close();
}
await server.close();
console.log("started and signalled");
