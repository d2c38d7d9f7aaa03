import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, Connection, GrpcStatus } from "../../src/client/mod.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";
import { startWorkerd, type WorkerdProcess } from "../harness/workerd-process.ts";
import { gatewayModule } from "./programs.ts";

const TOKEN = "token-of-one-0123456789";
const COUNT = "/api/v1/namespaces/default/workflow-count";

let server: EmbeddedServer;
let worker: WorkerdProcess;

beforeAll(async () => {
  server = new EmbeddedServer({ namespaces: ["other"] });
  const { address } = await server.listen();
  const module = await gatewayModule(`http://${address}`, TOKEN);
  worker = await startWorkerd(module);
}, 180_000);

afterAll(async () => {
  worker.close();
  await server.close();
});

describe("the gateway as a Worker, without Node's built-ins", () => {
  test.each(["grpc-web", "connect", "http-json"] as const)("a client works over %s", async (protocol) => {
    const connection = await Connection.connect({ address: worker.url, protocol, apiKey: TOKEN, tls: false });
    const client = new Client({ connection });
    const handle = await client.workflow.start("order", { taskQueue: "q", workflowId: `on-${protocol}` });
    await handle.signal("pay", 7);
    expect((await handle.describe()).status.name).toBe("RUNNING");
    const ended = expect(handle.result()).rejects.toMatchObject({ name: "WorkflowFailedError" });
    await handle.terminate("enough");
    await ended;
    const foreign = connection.workflowService.countWorkflowExecutions({ namespace: "other" });
    await expect(foreign).rejects.toMatchObject({ status: GrpcStatus.PERMISSION_DENIED });
    await connection.close();
  });

  test("tokens, tries by address, and health are as elsewhere", async () => {
    const asked = async (token: string, from: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, "cf-connecting-ip": from };
      return (await fetch(worker.url + COUNT, { headers })).status;
    };
    for (let n = 0; n < 3; n++) expect(await asked(`guess-${n}`, "10.0.0.9")).toBe(401);
    expect(await asked("guess-4", "10.0.0.9")).toBe(429);
    expect(await asked(TOKEN, "10.0.0.9")).toBe(200);
    expect(await asked("guess-5", "10.0.0.10")).toBe(401);
    expect(await (await fetch(`${worker.url}/readyz`)).text()).toBe("ok\n");
  });
});
