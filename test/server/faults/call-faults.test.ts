import { expect, test } from "vitest";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { errorDetails } from "../../../src/transport/error-details.ts";
import { turn, withServer } from "./faulty-server.ts";

async function refusal(call: Promise<unknown>): Promise<RpcError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RpcError) return error;
  throw new Error(`the call was not refused but gave ${String(error)}`);
}

test("chosen methods fail as often as told, and nothing of them is done", async () => {
  await withServer(async ({ server, stage }) => {
    const fault = server.faults.failCalls({
      methods: ["StartWorkflowExecution", "SignalWorkflowExecution"],
      times: 2,
    });
    for (let left = 2; left > 0; left -= 1) {
      const error = await refusal(stage.start());
      expect([error.status, error.details]).toEqual([GrpcStatus.UNAVAILABLE, "a fault on purpose"]);
      const { executions } = await stage.service.listWorkflowExecutions({ namespace: stage.namespace });
      expect(executions).toEqual([]);
    }
    expect(fault.hits).toBe(2);
    expect(await stage.start()).not.toBe("");
  });
});

test("without methods and times all calls fail until the fault is ended", async () => {
  await withServer(async ({ server, stage }) => {
    {
      using fault = server.faults.failCalls({ status: "PERMISSION_DENIED", message: "not you" });
      for (const call of [
        () => stage.start(),
        () => stage.service.getSystemInfo({}),
        () => stage.pollTask(),
      ]) {
        const error = await refusal(call());
        expect([error.status, error.details]).toEqual([GrpcStatus.PERMISSION_DENIED, "not you"]);
      }
      expect(fault.hits).toBe(3);
    }
    expect(await stage.start()).not.toBe("");
  });
});

test("a question chooses the calls", async () => {
  await withServer(async ({ server, stage }) => {
    const asked: string[] = [];
    using fault = server.faults.failCalls({
      methods: ["GetSystemInfo"],
      when: ({ method, metadata }) => {
        asked.push(method);
        return metadata["x-tenant"] === "a";
      },
    });
    const call = (tenant: string): Promise<unknown> =>
      stage.service.getSystemInfo({}, { metadata: { "x-tenant": tenant } });
    await call("b");
    expect((await refusal(call("a"))).status).toBe(GrpcStatus.UNAVAILABLE);
    await stage.start();
    expect([fault.hits, asked]).toEqual([1, ["GetSystemInfo", "GetSystemInfo"]]);
  });
});

test.each([
  [{}, { cause: 1, scope: 1 }, ["RpsLimit", "Namespace"]],
  [
    { exhaustedCause: "SYSTEM_OVERLOADED", exhaustedScope: "SYSTEM" },
    { cause: 3, scope: 2 },
    ["SystemOverloaded", "System"],
  ],
] as const)("RESOURCE_EXHAUSTED with %j says what is used up", async (options, detail, headers) => {
  await withServer(async ({ server, stage }) => {
    using _ = server.faults.failCalls({ status: "RESOURCE_EXHAUSTED", ...options });
    const error = await refusal(stage.start());
    expect(error.status).toBe(GrpcStatus.RESOURCE_EXHAUSTED);
    expect(errorDetails(error)).toMatchObject([{ kind: "ResourceExhaustedFailure", value: detail }]);
    expect([
      error.metadata["x-resource-exhausted-cause"],
      error.metadata["x-resource-exhausted-scope"],
    ]).toEqual(headers);
  });
});

test("a poll that waits goes on when calls begin to fail", async () => {
  await withServer(async ({ server, stage }) => {
    const polling = stage.pollTask();
    await turn();
    using _ = server.faults.failCalls({ methods: ["PollWorkflowTaskQueue"] });
    await stage.start();
    expect((await polling).workflowExecution?.workflowId).toBe(stage.workflowId);
  });
});

test.each([
  [{ status: "OK" }, 'status is "OK"; it must be the name of a gRPC status other than OK'],
  [{ status: "toString" }, 'status is "toString"; it must be the name of a gRPC status other than OK'],
  [{ methods: [] }, "methods is []; it must be a list of names of methods"],
  [
    { methods: ["startWorkflow"] },
    'the server has no method "startWorkflow"; write it as in StartWorkflowExecution',
  ],
  [{ times: -1 }, "times is -1; it must be a whole number above 0"],
  [{ when: true }, "when is true; it must be a function that says which calls"],
  [
    { exhaustedCause: "RPS_LIMIT" },
    'exhaustedCause and exhaustedScope go with status "RESOURCE_EXHAUSTED" only; status is "UNAVAILABLE"',
  ],
  [
    { status: "RESOURCE_EXHAUSTED", exhaustedScope: "WORLD" },
    'exhaustedScope is "WORLD"; it must be one of UNSPECIFIED, NAMESPACE, SYSTEM',
  ],
] as const)("%j is refused, and sets nothing", async (options, words) => {
  await withServer(async ({ server, stage }) => {
    // As a program without types would say it.
    const given = options as unknown as Parameters<typeof server.faults.failCalls>[0];
    expect(() => server.faults.failCalls(given)).toThrow(TypeError);
    expect(() => server.faults.failCalls(given)).toThrow(`faults: ${words}`);
    expect(await stage.start()).not.toBe("");
  });
});
