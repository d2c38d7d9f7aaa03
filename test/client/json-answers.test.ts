/** The client over protocols of `fetch`, given JSON of somebody else. */
import { describe, expect, test } from "vitest";
import { Client, WorkflowUpdateStage } from "../../src/client/mod.ts";
import { RpcError } from "../../src/platform/rpc-port.ts";
import { Connection } from "../../src/transport/connection.ts";
import type { ConnectionOptions } from "../../src/transport/connection-options.ts";
import type { Fetch } from "../../src/transport/fetch/fetch-options.ts";
import { jsonAnswer, NO_MESSAGES } from "../transport/fetch/strange-answers.ts";

const PROTOCOLS: readonly ConnectionOptions[] = [
  { protocol: "grpc-web" },
  { protocol: "connect" },
  { protocol: "connect", useBinaryFormat: false },
  { protocol: "http-json" },
];
const options = { workflowId: "order-1", taskQueue: "orders" };

function clientOf(protocol: ConnectionOptions, fetch: Fetch): Client {
  // One attempt: what is tried again is tested below the client.
  return new Client({ connection: Connection.lazy({ ...protocol, interceptors: [], fetch }) });
}

const FUNCTIONS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  start: ({ workflow }) => workflow.start("order", options),
  signalWithStart: ({ workflow }) => workflow.signalWithStart("order", { ...options, signal: "pay" }),
  signal: ({ workflow }) => workflow.getHandle("order-1").signal("pay"),
  query: ({ workflow }) => workflow.getHandle("order-1").query("steps"),
  executeUpdate: ({ workflow }) => workflow.getHandle("order-1").executeUpdate("add"),
  startUpdate: ({ workflow }) =>
    workflow.getHandle("order-1").startUpdate("add", { waitForStage: WorkflowUpdateStage.ACCEPTED }),
  result: ({ workflow }) => workflow.getHandle("order-1").result(),
  describe: ({ workflow }) => workflow.getHandle("order-1").describe(),
  history: ({ workflow }) => workflow.getHandle("order-1").fetchHistory(),
  count: ({ workflow }) => workflow.count(),
  list: async ({ workflow }) => {
    for await (const each of workflow.list()) return each;
    return undefined;
  },
  cancel: ({ workflow }) => workflow.getHandle("order-1").cancel(),
  terminate: ({ workflow }) => workflow.getHandle("order-1").terminate("enough"),
  completeActivity: ({ activity }) => activity.complete(new Uint8Array([1]), "done"),
  heartbeat: ({ activity }) => activity.heartbeat(new Uint8Array([1])),
};

/** The remote call's error, within whatever the client made of it. */
function remoteCause(error: unknown): RpcError | undefined {
  for (let current = error; current instanceof Error; current = current.cause)
    if (current instanceof RpcError) return current;
  return undefined;
}

describe.each(PROTOCOLS)("%o", (protocol) => {
  test.each(Object.entries(FUNCTIONS))("%s: JSON that is no message", async (name, call) => {
    for (const value of NO_MESSAGES) {
      const failed: unknown = await call(clientOf(protocol, async () => jsonAnswer(value))).then(
        (answer) => new Error(`${name} gave ${answer}`),
        (error: unknown) => error,
      );
      expect(remoteCause(failed)?.reason, String(failed)).toBe("malformed-response");
    }
  });

  test("a key that a proxy refuses in its own words is asked for once more", async () => {
    const keys = ["old", "new"];
    const seen: (string | null)[] = [];
    const connection = Connection.lazy({
      ...protocol,
      address: "http://server:1",
      apiKey: () => keys.shift() ?? "none",
      fetch: async (_, init) => {
        seen.push(new Headers(init.headers).get("authorization"));
        return jsonAnswer({ error: { message: "Jwt is expired" } }, 401);
      },
    });
    const error = await connection.workflowService.getSystemInfo({}).catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 16 });
    expect(String(error)).toContain('"Jwt is expired"');
    expect(seen).toEqual(["Bearer old", "Bearer new"]);
  });
});
