import { describe, expect, test } from "vitest";
import { Client, PayloadConverterError, PayloadSizeError, ValueError } from "../../src/client/mod.ts";
import { defineSearchAttributeKey, defineSignal } from "../../src/common/mod.ts";
import { registerWorkflowName } from "../../src/common/workflow-name.ts";
import type {
  SignalWithStartWorkflowExecutionRequest,
  StartWorkflowExecutionRequest,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { registerEagerStarter } from "../../src/transport/eager-start.ts";
import { fakeServer, fromJson } from "./fake-server.ts";

const base = { workflowId: "order-1", taskQueue: "orders" };

async function started(start: (client: Client) => Promise<unknown>): Promise<StartWorkflowExecutionRequest> {
  let seen: StartWorkflowExecutionRequest | undefined;
  const { connection } = fakeServer({
    startWorkflowExecution: (request) => {
      seen = request;
      return { runId: "run-1" };
    },
  });
  await start(new Client({ connection, namespace: "shop", identity: "me" }));
  return seen!;
}

test("clients tell the options in force", () => {
  const { connection } = fakeServer({});
  const client = new Client({ connection, identity: "me", workflow: { queryRejectCondition: "NOT_OPEN" } });
  const common = { connection, identity: "me", namespace: "default" };
  const { workflow, activity } = client;
  expect(workflow.options).toMatchObject({ ...common, queryRejectCondition: "NOT_OPEN", interceptors: [] });
  expect(activity.options).toMatchObject(common);
  expect(client.options).toMatchObject(common);
});

describe("what is sent to start a workflow", () => {
  test("every option", async () => {
    const customer = defineSearchAttributeKey("Customer", "KEYWORD");
    const request = await started((client) =>
      client.workflow.start("order", {
        ...base,
        args: [7, "x"],
        workflowIdReusePolicy: "REJECT_DUPLICATE",
        workflowIdConflictPolicy: "USE_EXISTING",
        workflowExecutionTimeout: "1h",
        workflowRunTimeout: 60_000,
        workflowTaskTimeout: "5s",
        startDelay: "1.5s",
        retry: { maximumAttempts: 3 },
        memo: { note: "n" },
        searchAttributes: { Customer: ["old"], Other: [1] },
        typedSearchAttributes: [{ key: customer, value: "c-7" }],
        priority: { priorityKey: 1, fairnessKey: "vip" },
        versioningOverride: { pinnedTo: { deploymentName: "d", buildId: "b" } },
        staticSummary: "sum",
        staticDetails: "det",
      }),
    );
    expect(request).toMatchObject({
      namespace: "shop",
      identity: "me",
      workflowId: "order-1",
      workflowType: { name: "order" },
      taskQueue: { name: "orders", kind: 1 },
      workflowIdReusePolicy: 3,
      workflowIdConflictPolicy: 2,
      workflowExecutionTimeout: { seconds: 3600n },
      workflowRunTimeout: { seconds: 60n },
      workflowTaskTimeout: { seconds: 5n },
      workflowStartDelay: { seconds: 1n, nanos: 500_000_000 },
      retryPolicy: { maximumAttempts: 3, initialInterval: { seconds: 1n } },
      priority: { priorityKey: 1, fairnessKey: "vip" },
      versioningOverride: {
        override: { case: "pinned", value: { behavior: 1, version: { deploymentName: "d", buildId: "b" } } },
        behavior: 1,
        pinnedVersion: "d.b",
      },
      requestEagerExecution: false,
    });
    expect(request.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(request.input?.payloads.map(fromJson)).toEqual([7, "x"]);
    expect(fromJson(request.memo?.fields["note"])).toBe("n");
    expect(fromJson(request.userMetadata?.summary)).toBe("sum");
    expect(fromJson(request.userMetadata?.details)).toBe("det");
    const fields = request.searchAttributes?.indexedFields ?? {};
    expect(fromJson(fields["Customer"])).toBe("c-7");
    expect(fromJson(fields["Other"])).toEqual([1]);
  });

  test("nothing that was not asked for", async () => {
    const request = await started((client) =>
      client.workflow.start("order", { ...base, cronSchedule: "* * * * *" }),
    );
    expect(request).toMatchObject({
      cronSchedule: "* * * * *",
      workflowIdReusePolicy: 0,
      workflowIdConflictPolicy: 0,
      workflowRunTimeout: undefined,
      retryPolicy: undefined,
      memo: undefined,
      searchAttributes: undefined,
      userMetadata: undefined,
      priority: undefined,
      versioningOverride: undefined,
    });
    expect(request.input?.payloads).toEqual([]);
  });

  test("the type of a function or a registered class, and typed arguments", async () => {
    async function charge(amount: number): Promise<number> {
      return amount;
    }
    class OrderWorkflow {
      async run(item: string): Promise<string> {
        return item;
      }
    }
    registerWorkflowName(OrderWorkflow, "order-class");
    const byFunction = await started((client) => client.workflow.start(charge, { ...base, args: [5] }));
    expect(byFunction.workflowType?.name).toBe("charge");
    const byClass = await started((client) =>
      client.workflow.start(OrderWorkflow, { ...base, args: ["milk"] }),
    );
    expect(byClass.workflowType?.name).toBe("order-class");
  });

  test("another request id for each call", async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await started((client) => client.workflow.start("order", base))).requestId),
    );
    expect(new Set(ids).size).toBe(2);
  });

  test("AUTO_UPGRADE in both fields that servers read", async () => {
    const request = await started((client) =>
      client.workflow.start("order", { ...base, versioningOverride: "AUTO_UPGRADE" }),
    );
    expect(request.versioningOverride).toMatchObject({
      override: { case: "autoUpgrade", value: true },
      behavior: 2,
    });
  });
});

test("signalWithStart sends both, and tells the run that got the signal", async () => {
  let seen: SignalWithStartWorkflowExecutionRequest | undefined;
  const { connection } = fakeServer({
    signalWithStartWorkflowExecution: (request) => {
      seen = request;
      return { runId: "run-9" };
    },
  });
  const add = defineSignal<[string]>("add");
  const handle = await new Client({ connection }).workflow.signalWithStart("cart", {
    ...base,
    signal: add,
    signalArgs: ["milk"],
    args: [1],
  });
  expect(handle.signaledRunId).toBe("run-9");
  expect(seen).toMatchObject({ signalName: "add", workflowType: { name: "cart" }, namespace: "default" });
  expect(seen?.signalInput?.payloads.map(fromJson)).toEqual(["milk"]);
  expect(seen?.input?.payloads.map(fromJson)).toEqual([1]);
});

describe("bad options are named before anything is sent", () => {
  const wrong: [string, object, RegExp][] = [
    ["no workflow id", { taskQueue: "q" }, /workflowId is undefined; it must be a non-empty string/],
    ["no task queue", { workflowId: "w" }, /taskQueue is undefined/],
    ["args that are no array", { ...base, args: "x" }, /args is "x"; it must be an array/],
    [
      "a timeout that is no duration",
      { ...base, workflowRunTimeout: "soon" },
      /Invalid workflowRunTimeout: "soon"/,
    ],
    [
      "a negative timeout",
      { ...base, workflowTaskTimeout: -1 },
      /workflowTaskTimeout is -1; .* not be negative/,
    ],
    ["cron with delay", { ...base, cronSchedule: "* * * * *", startDelay: 1 }, /cronSchedule and startDelay/],
    [
      "an unknown policy",
      { ...base, workflowIdReusePolicy: "NEVER" },
      /workflowIdReusePolicy is "NEVER"; allowed/,
    ],
    [
      "two ways to end the running one",
      { ...base, workflowIdReusePolicy: "TERMINATE_IF_RUNNING", workflowIdConflictPolicy: "FAIL" },
      /TERMINATE_IF_RUNNING excludes/,
    ],
    ["retry", { ...base, retry: { maximumAttempts: -1 } }, /retry\.maximumAttempts is -1/],
    ["priority", { ...base, priority: { priorityKey: 1.5 } }, /priority\.priorityKey is 1\.5/],
    ["a retry policy of another kind", { ...base, retry: 3 }, /retry is 3; it must be an object/],
    [
      "a coefficient as text",
      { ...base, retry: { backoffCoefficient: "2" } },
      /retry\.backoffCoefficient is "2"/,
    ],
    ["a priority of another kind", { ...base, priority: 1 }, /priority is 1; it must be an object/],
    [
      "typed search attributes of another kind",
      { ...base, typedSearchAttributes: { A: 1 } },
      /typedSearchAttributes is {"A":1}; it must be/,
    ],
    ["memo", { ...base, memo: [1] }, /memo is \[1\]; it must be an object/],
    ["search attributes", { ...base, searchAttributes: { A: "x" } }, /'A' is "x"; .* must be an array/],
    [
      "a typed search attribute of another kind",
      { ...base, typedSearchAttributes: [{ key: { name: "A", type: "INT" }, value: "x" }] },
      /'A' is "x" \(string\), which does not suit its type INT/,
    ],
    ["versioning override", { ...base, versioningOverride: "PINNED" }, /versioningOverride is "PINNED"/],
    ["summary", { ...base, staticSummary: 7 }, /staticSummary is 7; it must be a string/],
  ];
  for (const [name, options, message] of wrong) {
    test(name, async () => {
      const { connection, calls } = fakeServer({});
      const start = new Client({ connection }).workflow.start("order", options as typeof base);
      await expect(start).rejects.toThrow(message);
      await expect(start).rejects.toBeInstanceOf(ValueError);
      expect(calls).toEqual([]);
    });
  }

  test("an argument that cannot be serialised", async () => {
    const { connection, calls } = fakeServer({});
    const start = new Client({ connection }).workflow.start("order", { ...base, args: [1, { total: 1n }] });
    await expect(start).rejects.toThrow(/Argument 2 of 2 \(object\).*BigInt at 'total'/);
    await expect(start).rejects.toBeInstanceOf(PayloadConverterError);
    expect(calls).toEqual([]);
  });

  test("options of a call", async () => {
    const { connection, calls } = fakeServer({});
    const { workflow } = new Client({ connection });
    const count = workflow.count("", { deadline: "soon" as never });
    await expect(count).rejects.toThrow(/deadline is "soon"; it must be a valid Date/);
    await expect(count).rejects.toBeInstanceOf(ValueError);
    const aborted = workflow.start("order", base, { abortSignal: 5 as never });
    await expect(aborted).rejects.toThrow(/abortSignal is 5; it must be an AbortSignal/);
    expect(calls).toEqual([]);
  });

  test("options of the client", () => {
    expect(() => new Client({ namespace: "" })).toThrow(/namespace is ""/);
    expect(() => new Client({ identity: 7 as unknown as string })).toThrow(/identity is 7/);
    expect(() => new Client({ connection: {} as never })).toThrow(
      /connection is \{\}; it must be a Connection/,
    );
    expect(() => new Client({ workflow: { queryRejectCondition: "SOME" as "NONE" } })).toThrow(
      /queryRejectCondition is "SOME"; allowed are NONE/,
    );
  });
});

describe("large payloads", () => {
  const big = "x".repeat(300_000);

  test("are refused by the limit that the namespace has, which is asked for once", async () => {
    const { connection, calls } = fakeServer({
      describeNamespace: () => ({ namespaceInfo: { limits: { blobSizeLimitError: 200_000n } } }),
    });
    const client = new Client({ connection });
    for (let round = 0; round < 2; round++) {
      const start = client.workflow.start("order", { ...base, args: [big] });
      await expect(start).rejects.toBeInstanceOf(PayloadSizeError);
      await expect(start).rejects.toThrow(
        /Arguments of workflow 'order': 3000\d\d bytes, more than the 200000/,
      );
    }
    expect(calls).toEqual(["describeNamespace"]);
  });

  test("are held against the server's usual limit when the namespace does not tell", async () => {
    const { connection, calls } = fakeServer({ startWorkflowExecution: () => ({ runId: "r" }) });
    const client = new Client({ connection });
    await client.workflow.start("order", { ...base, args: [big] });
    await expect(client.workflow.start("order", { ...base, args: [big.repeat(8)] })).rejects.toMatchObject({
      limitBytes: 2_097_152,
    });
    expect(calls).toEqual(["describeNamespace", "startWorkflowExecution", "describeNamespace"]);
  });

  test("have a limit of their own in a memo", async () => {
    const { connection } = fakeServer({
      describeNamespace: () => ({
        namespaceInfo: { limits: { blobSizeLimitError: 9_000_000n, memoSizeLimitError: 270_000n } },
      }),
    });
    const start = new Client({ connection }).workflow.start("order", { ...base, memo: { big } });
    await expect(start).rejects.toThrow(/Memo of workflow 'order'/);
  });
});

describe("eager start", () => {
  const at = { namespace: "default", taskQueue: "orders" };

  test("hands the first task to a worker on the same connection", async () => {
    const { connection } = fakeServer({
      startWorkflowExecution: ({ requestEagerExecution }) => ({
        runId: "r",
        eagerWorkflowTask: requestEagerExecution ? { taskToken: new Uint8Array([1]) } : undefined,
      }),
    });
    const seen: string[] = [];
    const slot = {
      accept: ({ taskToken }: { taskToken: Uint8Array }): void => void seen.push(`accept ${taskToken}`),
      release: (): void => void seen.push("release"),
    };
    const withdraw = registerEagerStarter(connection, { ...at, tryReserve: () => slot });
    const client = new Client({ connection });
    const eager = await client.workflow.start("order", { ...base, requestEagerStart: true });
    const elsewhere = await client.workflow.start("order", {
      ...base,
      taskQueue: "q",
      requestEagerStart: true,
    });
    const notAsked = await client.workflow.start("order", base);
    withdraw();
    const gone = await client.workflow.start("order", { ...base, requestEagerStart: true });
    expect([eager, elsewhere, notAsked, gone].map(({ eagerlyStarted }) => eagerlyStarted)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(seen).toEqual(["accept 1"]);
  });

  test("frees the place when the server gives no task, or fails", async () => {
    let failing = false;
    const { connection } = fakeServer({
      startWorkflowExecution: () => {
        if (failing) throw new Error("down");
        return { runId: "r" };
      },
    });
    let released = 0;
    const slot = { accept: (): void => {}, release: (): void => void released++ };
    registerEagerStarter(connection, { ...at, tryReserve: () => slot });
    const client = new Client({ connection });
    await client.workflow.start("order", { ...base, requestEagerStart: true });
    failing = true;
    await expect(client.workflow.start("order", { ...base, requestEagerStart: true })).rejects.toThrow();
    expect(released).toBe(2);
  });
});
