/** A client that users bundle: starts and signals a workflow at the server whose address is the first argument, over each protocol. */
import { Client, Connection } from "perdure/client";

const [address] = process.argv.slice(2);
for (const protocol of ["grpc", "grpc-web", "connect", "http-json"]) {
  const connection = await Connection.connect({ address, protocol });
  const client = new Client({ connection });
  const handle = await client.workflow.start("order", {
    taskQueue: "orders",
    workflowId: `order-${protocol}`,
  });
  await handle.signal("pay", 5);
  const { status } = await handle.describe();
  if (status.name !== "RUNNING") throw new Error(`${protocol}: ${status.name}`);
  await connection.close();
}
console.log("started and signalled");
