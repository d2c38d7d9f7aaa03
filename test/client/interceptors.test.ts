import { expect, test } from "vitest";
import { Client, type WorkflowClientInterceptor } from "../../src/client/mod.ts";
import { type FakeServer, fakeServer, fromJson, json } from "./fake-server.ts";

const base = { workflowId: "order-1", taskQueue: "orders" };

function clientWith(server: FakeServer, ...workflow: WorkflowClientInterceptor[]): Client {
  return new Client({ connection: server.connection, interceptors: { workflow } });
}

test("every call goes through the chain, the first interceptor outermost", async () => {
  const seen: string[] = [];
  const tracer = (name: string): WorkflowClientInterceptor => {
    const traced =
      <I, R>(describe: (input: I) => string): ((input: I, next: (input: I) => R) => R) =>
      (input, next) => {
        seen.push(`${name} ${describe(input)}`);
        return next(input);
      };
    return {
      startWithDetails: traced((input) => `start ${input.workflowType}`),
      signalWithStart: traced((input) => `signalWithStart ${input.signalName}`),
      signal: traced((input) => `signal ${input.signalName}`),
      query: traced((input) => `query ${input.queryType}`),
      cancel: traced(() => "cancel"),
      terminate: traced((input) => `terminate ${input.reason}`),
      describe: traced(() => "describe"),
    };
  };
  const server = fakeServer({
    startWorkflowExecution: () => ({ runId: "r" }),
    signalWithStartWorkflowExecution: () => ({ runId: "r" }),
    signalWorkflowExecution: () => ({}),
    queryWorkflow: () => ({ queryResult: { payloads: [json(1)] } }),
    requestCancelWorkflowExecution: () => ({}),
    terminateWorkflowExecution: () => ({}),
    describeWorkflowExecution: () => ({ workflowExecutionInfo: { startTime: {} } }),
  });
  const client = clientWith(server, tracer("a"), tracer("b"));
  const handle = await client.workflow.start("order", base);
  await client.workflow.signalWithStart("order", { ...base, signal: "s" });
  await handle.signal("s");
  await handle.query("q");
  await handle.cancel();
  await handle.terminate("t");
  await handle.describe();
  const steps = [
    "start order",
    "signalWithStart s",
    "signal s",
    "query q",
    "cancel",
    "terminate t",
    "describe",
  ];
  expect(seen).toEqual(steps.flatMap((step) => [`a ${step}`, `b ${step}`]));
});

test("interceptors add headers and change what is sent and what comes back", async () => {
  const server = fakeServer({
    startWorkflowExecution: ({ header, input, memo }) => {
      expect(fromJson(header?.fields["trace"])).toBe("t-1");
      expect(input?.payloads.map(fromJson)).toEqual(["changed"]);
      expect(fromJson(memo?.fields["by"])).toBe("interceptor");
      return { runId: "r" };
    },
    queryWorkflow: () => ({ queryResult: { payloads: [json(20)] } }),
  });
  const client = clientWith(server, {
    startWithDetails: async (input, next) => {
      const options = { ...input.options, args: ["changed"], memo: { by: "interceptor" } };
      const output = await next({ ...input, headers: { ...input.headers, trace: json("t-1") }, options });
      return { ...output, runId: `${output.runId}-seen` };
    },
    query: async (input, next) => Number(await next(input)) + 1,
  });
  const handle = await client.workflow.start("order", { ...base, args: ["given"] });
  expect(handle.firstExecutionRunId).toBe("r-seen");
  expect(await handle.query("q")).toBe(21);
});

test("an interceptor with the older start is taken too, and need not go on", async () => {
  const server = fakeServer({ startWorkflowExecution: () => ({ runId: "r" }) });
  const passing = clientWith(server, { start: async (input, next) => `${await next(input)}!` });
  expect((await passing.workflow.start("order", base)).firstExecutionRunId).toBe("r!");
  const closed = clientWith(server, { start: async () => "mine" });
  expect(await closed.workflow.start("order", base)).toMatchObject({
    firstExecutionRunId: "mine",
    eagerlyStarted: false,
  });
  expect(server.calls.length).toBe(1);
});

test("an interceptor keeps its `this`", async () => {
  class Counter implements WorkflowClientInterceptor {
    count = 0;
    async start(
      ...[input, next]: Parameters<NonNullable<WorkflowClientInterceptor["start"]>>
    ): Promise<string> {
      this.count++;
      return next(input);
    }
    async signal(
      ...[input, next]: Parameters<NonNullable<WorkflowClientInterceptor["signal"]>>
    ): Promise<void> {
      this.count++;
      return next(input);
    }
  }
  const counter = new Counter();
  const server = fakeServer({
    startWorkflowExecution: () => ({ runId: "r" }),
    signalWorkflowExecution: () => ({}),
  });
  const handle = await clientWith(server, counter).workflow.start("order", base);
  await handle.signal("s");
  expect(counter.count).toBe(2);
});
