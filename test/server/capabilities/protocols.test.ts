import { afterAll, beforeAll, expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { EmbeddedServer, type Listener } from "../../../src/server/mod.ts";
import { Connection } from "../../../src/transport/connection.ts";

let server: EmbeddedServer;
let listener: Listener;
beforeAll(async () => {
  server = new EmbeddedServer();
  listener = await server.listen();
});
afterAll(() => server.close());

/** One of each feature that has a method over HTTP. */
const CALLS: Readonly<Record<string, (connection: Connection) => Promise<unknown>>> = {
  "CreateSchedule is not implemented by Perdure's embedded server (schedules): ": ({ workflowService }) =>
    workflowService.createSchedule({ namespace: "default", scheduleId: "s" }),
  "CreateNexusEndpoint is not implemented by Perdure's embedded server (Nexus): ": ({ operatorService }) =>
    operatorService.createNexusEndpoint({}),
  "StartBatchOperation is not implemented by Perdure's embedded server (batches): ": ({ workflowService }) =>
    workflowService.startBatchOperation({ namespace: "default", jobId: "j" }),
};

const words = Object.keys(CALLS);

test.each(["grpc", "grpc-web", "connect", "http-json", "in process"] as const)(
  "over %s: what is missing is named, with what to use instead",
  async (protocol) => {
    const { address } = listener;
    const connection = await Connection.connect(
      protocol === "in process"
        ? { transport: server }
        : protocol === "grpc"
          ? { address }
          : { address, protocol },
    );
    try {
      for (const start of words) {
        await expect(CALLS[start]?.(connection)).rejects.toMatchObject({
          status: GrpcStatus.UNIMPLEMENTED,
          details: expect.stringMatching(/temporal server start-dev/),
        });
        await expect(CALLS[start]?.(connection)).rejects.toMatchObject({
          details: expect.stringContaining(start),
        });
      }
    } finally {
      await connection.close();
    }
  },
);
