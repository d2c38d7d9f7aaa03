import { expect, test } from "vitest";
import { WorkflowServiceMethods } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.ts";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { EmbeddedServer } from "../../../src/server/server.ts";

test("a call whose time is up before it begins ends with DEADLINE_EXCEEDED, so that who waits in a loop comes to an end", async () => {
  const server = new EmbeddedServer();
  const { path, encode } = WorkflowServiceMethods.getSystemInfo;
  await expect(server.unary(path, encode({}), { timeoutMs: 0 })).rejects.toMatchObject({
    status: GrpcStatus.DEADLINE_EXCEEDED,
  });
  await expect(server.unary(path, encode({}), { timeoutMs: 1_000 })).resolves.toBeDefined();
  await server.close();
});
