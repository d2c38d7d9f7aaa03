import { operation, service } from "nexus-rpc";
import { expect, expectTypeOf, test } from "vitest";
import type { NexusOperationInput } from "../../src/common/nexus-service.ts";
import type { FailureData, Job } from "../../src/core/activation.ts";
import type { NexusResolution, NexusStartResolution } from "../../src/core/nexus-jobs.ts";
import {
  createNexusServiceClient,
  type NexusOperationHandle,
  type NexusServiceClient,
} from "../../src/workflow/nexus.ts";
import {
  cancelJob,
  commandsOf,
  errorOf,
  failureOf,
  harness,
  kindsOf,
  payload,
  resultOf,
  signalJob,
} from "./vm-harness.ts";

const source = `
  import { CancellationScope, CancelledFailure, createNexusServiceClient, defineQuery, defineSignal, isCancellation,
    NexusOperationFailure, setHandler, sleep } from "perdure/workflow";
  const money = { transferTypeConverter: { toTransferType: (v) => v.cents, fromTransferType: (cents) => ({ cents }) } };
  const billing = { name: "billing", operations: {
    charge: { name: "charge-card" }, price: { name: "price", inputType: money, outputType: money } } };
  const client = createNexusServiceClient({ endpoint: "billing-endpoint", service: billing });
  export async function plain(input) { return await client.executeOperation("charge", input); }
  export async function byDefinition() { return await client.executeOperation(billing.operations.charge, 1); }
  export async function options(given) { return await client.executeOperation("charge", 1, given); }
  export async function wrongName(name) { await client.executeOperation(name, 1); }
  export async function handle() {
    const handle = await client.startOperation("charge", "all");
    const { service, operation, token = "none" } = handle;
    return [service, operation, token, await handle.result(), await handle.result()];
  }
  export async function converted() { return (await client.executeOperation("price", { cents: 5 })).cents; }
  export async function unawaited() { await client.startOperation("charge", 1); await sleep("1h"); }
  export async function caught() {
    try { await client.executeOperation("charge", 1); } catch (e) {
      return [e instanceof NexusOperationFailure, isCancellation(e), e.endpoint, e.service, e.operation, e.operationToken,
        e.scheduledEventId, e.cause?.message];
    }
  }
  export async function scoped() {
    const scope = new CancellationScope();
    setHandler(defineSignal("stop"), () => scope.cancel());
    return await scope.run(() => client.executeOperation("charge", 1));
  }
  export async function shielded() { return await CancellationScope.nonCancellable(() => client.executeOperation("charge", 1)); }
  export async function refused() {
    const scope = new CancellationScope();
    scope.cancel();
    let seen;
    try { await scope.run(() => client.executeOperation("charge", 1)); } catch (e) { seen = e instanceof CancelledFailure; }
    void client.startOperation("charge", 2);
    return seen;
  }
  export async function queried() {
    setHandler(defineQuery("begin"), () => { client.startOperation("charge", 1).catch((e) => { globalThis.why = e.name; }); return "asked"; });
    setHandler(defineQuery("why"), () => globalThis.why);
    await sleep("1h");
  }
`;

const { start } = await harness(source);

/** What comes from inside as objects of this realm. */
const local = <T>(inside: T): T => structuredClone(inside);

const startJob = (resolution: NexusStartResolution, seq = 1): Job => ({
  kind: "resolveNexusOperationStart",
  seq,
  resolution,
});
const endJob = (resolution: NexusResolution, seq = 1): Job => ({
  kind: "resolveNexusOperation",
  seq,
  resolution,
});
const started = startJob({ kind: "started", token: "token" });
const completed = (result: unknown): Job => endJob({ kind: "completed", result: payload(result) });

const failure = (cause: FailureData): FailureData => ({
  message: "nexus operation completed unsuccessfully",
  cause,
  failureInfo: {
    case: "nexusOperationExecutionFailureInfo",
    value: {
      scheduledEventId: 5,
      endpoint: "billing-endpoint",
      service: "billing",
      operation: "charge-card",
      operationToken: "token",
    },
  },
});
const broke = failure({ message: "no money", failureInfo: { case: "applicationFailureInfo", value: {} } });
const canceled = failure({ failureInfo: { case: "canceledFailureInfo", value: {} } });

test("executeOperation schedules an operation with the official defaults and gives its result", () => {
  const run = start("plain", { args: [{ order: 1 }] });
  expect(local(commandsOf(run.first))).toEqual([
    {
      kind: "scheduleNexusOperation",
      seq: 1,
      endpoint: "billing-endpoint",
      service: "billing",
      operation: "charge-card",
      headers: {},
      input: payload({ order: 1 }),
      scheduleToCloseTimeoutMs: undefined,
      scheduleToStartTimeoutMs: undefined,
      startToCloseTimeoutMs: undefined,
      cancellationType: "WAIT_CANCELLATION_COMPLETED",
      userMetadata: undefined,
    },
  ]);
  expect(run.commands([started])).toEqual([]);
  expect(resultOf(run.activate([completed("charged")]))).toBe("charged");
});

test("an operation that is answered at once has its result in the same activation", () => {
  const run = start("byDefinition");
  expect(resultOf(run.activate([startJob({ kind: "startedSync" }), completed("at once")]))).toBe("at once");
});

test("all options go into the command, and an operation may have no result", () => {
  const given = {
    scheduleToCloseTimeout: "3 s",
    scheduleToStartTimeout: 1500,
    startToCloseTimeout: "2s",
    cancellationType: "TRY_CANCEL",
    summary: "s",
  };
  const run = start("options", { args: [given] });
  expect(local(commandsOf(run.first)[0])).toMatchObject({
    scheduleToCloseTimeoutMs: 3_000,
    scheduleToStartTimeoutMs: 1_500,
    startToCloseTimeoutMs: 2_000,
    cancellationType: "TRY_CANCEL",
    userMetadata: { summary: payload("s") },
  });
  expect(resultOf(run.activate([started, endJob({ kind: "completed" })]))).toBeUndefined();
});

test.each([
  [{ cancellationType: "LATER" }, 'cancellationType is "LATER"; allowed are ABANDON, TRY_CANCEL'],
  [{ scheduleToCloseTimeout: "soon" }, "scheduleToCloseTimeout"],
])("a wrong option is named: %o", (option, words) => {
  expect(failureOf(start("options", { args: [option] }).first).message).toContain(words);
});

test.each(["refund", "toString", "charge-card"])(
  "an operation that the service does not have: %s",
  (name) => {
    expect(failureOf(start("wrongName", { args: [name] }).first).message).toBe(
      `Nexus service 'billing' has no operation '${name}'; its operations are: charge, price`,
    );
  },
);

test("a handle has the names, the token and the result", () => {
  const run = start("handle");
  run.commands([started]);
  expect(resultOf(run.activate([completed(7)]))).toEqual(["billing", "charge-card", "token", 7, 7]);
  const sync = start("handle");
  expect(resultOf(sync.activate([startJob({ kind: "startedSync" }), completed(8)]))).toEqual([
    "billing",
    "charge-card",
    "",
    8,
    8,
  ]);
});

test("the service's own conversion is applied to what goes in and comes out", () => {
  const run = start("converted");
  expect(local(commandsOf(run.first)[0])).toMatchObject({ input: payload(5) });
  expect(resultOf(run.activate([started, completed(6)]))).toBe(6);
});

test("an operation that failed says which one and why", () => {
  const seen = [true, false, "billing-endpoint", "billing", "charge-card", "token", 5, "no money"];
  const run = start("caught");
  expect(resultOf(run.activate([started, endJob({ kind: "failed", failure: broke })]))).toEqual(seen);
  const early = start("caught");
  expect(resultOf(early.activate([startJob({ kind: "failed", failure: broke })]))).toEqual(seen);
});

test("an operation that failed and is not caught fails the workflow with its failure", () => {
  const error = errorOf(start("plain").activate([startJob({ kind: "failed", failure: broke })]));
  expect(error.name).toBe("NexusOperationFailure");
  expect(error.cause).toMatchObject({ message: "no money" });
});

test("the failure of an operation whose result nobody waits for is no unhandled rejection", () => {
  const run = start("unawaited");
  expect(kindsOf(run.activate([started]))).toEqual(["startTimer"]);
  expect(run.commands([endJob({ kind: "failed", failure: broke })])).toEqual([]);
});

test.each([
  ["its scope", "scoped", signalJob("stop")],
  ["the workflow", "plain", cancelJob],
])("cancelling %s cancels the operation, once, started or not", (_, type, job) => {
  for (const before of [[], [started]]) {
    const run = start(type);
    expect(run.commands([...before, job])).toEqual([{ kind: "cancelNexusOperation", seq: 1 }]);
    expect(run.commands([job])).toEqual([]);
    const ended = run.activate([endJob({ kind: "failed", failure: canceled })]);
    expect(kindsOf(ended)).toEqual([type === "plain" ? "cancelWorkflow" : "failWorkflow"]);
  }
});

test("an operation in a non-cancellable scope, or one that has ended, is not cancelled", () => {
  expect(start("shielded").commands([started, cancelJob])).toEqual([]);
  const run = start("scoped");
  expect(kindsOf(run.activate([started, completed(1)]))).toEqual(["completeWorkflow"]);
  expect(run.commands([signalJob("stop")])).toEqual([]);
});

test("in a cancelled scope nothing is started, but its number is used", () => {
  const { first } = start("refused");
  expect(resultOf(first)).toBe(true);
  expect(local(commandsOf(first)[0])).toMatchObject({ kind: "scheduleNexusOperation", seq: 2 });
});

test("a query cannot start an operation", () => {
  const run = start("queried");
  expect(run.query("begin")).toBe("asked");
  expect(run.query("why")).toBe("ReadOnlyContextError");
});

test("a job for an operation that nobody waits for fails the task", () => {
  for (const job of [
    startJob({ kind: "startedSync" }, 9),
    completed(1),
    endJob({ kind: "failed", failure: broke }, 9),
  ]) {
    expect(failureOf(start("queried").activate([job])).message).toContain("No completion for");
  }
});

test("interceptors see the operation, may change it and give it headers", async () => {
  const intercepted = await harness({
    workflows: source,
    interceptors: [
      `export const interceptors = () => ({ outbound: [{
        async startNexusOperation(input, next) {
          const output = await next({ ...input, input: [input.seq, input.operation, input.input],
            headers: { ...input.headers, tenant: "acme" } });
          return { ...output, result: output.result.then((result) => "intercepted " + result) };
        },
      }] });`,
    ],
  });
  const run = intercepted.start("plain", { args: ["given"] });
  expect(local(commandsOf(run.first)[0])).toMatchObject({
    headers: { tenant: "acme" },
    input: payload([1, "charge-card", "given"]),
  });
  expect(resultOf(run.activate([started, completed("done")]))).toBe("intercepted done");
});

test("a service of the package nexus-rpc gives the types of its operations", () => {
  interface Order {
    readonly id: string;
  }
  const shop = service("shop", { order: operation<Order, number>(), list: operation<void, string[]>() });
  const client = createNexusServiceClient({ endpoint: "shop", service: shop });
  expectTypeOf(client).toEqualTypeOf<NexusServiceClient<typeof shop>>();
  const calls = (): void => {
    expectTypeOf(client.executeOperation("order", { id: "1" })).toEqualTypeOf<Promise<number>>();
    expectTypeOf(client.executeOperation(shop.operations.list, undefined)).toEqualTypeOf<Promise<string[]>>();
    expectTypeOf(client.startOperation("order", { id: "1" })).toEqualTypeOf<
      Promise<NexusOperationHandle<number>>
    >();
  };
  expectTypeOf<NexusOperationInput<typeof shop.operations.order>>().toEqualTypeOf<Order>();
  // Only types are of interest: outside of a workflow nothing runs.
  expect(typeof calls).toBe("function");
});
