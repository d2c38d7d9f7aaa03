import { expect, test } from "vitest";
import { type Metric, type MetricTags, recordingMeter } from "../../src/common/mod.ts";
import { ObservedCalls } from "../../src/worker/workflow/observed-calls.ts";
import { metricMeter } from "../../src/workflow/metrics.ts";
import { failureOf, harness, signalJob } from "./vm-harness.ts";

const source = `
  import { defineQuery, defineSignal, metricMeter, setHandler, sleep } from "perdure/workflow";
  export async function measures() {
    const orders = metricMeter.createCounter("orders", "orders", "how many").withTags({ region: "eu" });
    const size = metricMeter.withTags({ a: 1, b: 1 }).createHistogram("size", "float", "kB");
    setHandler(defineSignal("order"), (n) => {
      orders.add(n, { urgent: true });
      size.withTags({ b: 2 }).record(n / 2, { c: 3 });
      metricMeter.createGauge("stock").set(10 - n);
      metricMeter.createUpDownCounter("open").add(-1);
    });
    setHandler(defineQuery("asked"), () => { orders.add(100); return "asked"; });
    await sleep("1h");
  }
  export async function negative() { metricMeter.createCounter("orders").add(-1); }
`;

test("values go to the host with the tags of type, meter, metric and call", async () => {
  const { start, observed } = await harness(source);
  const run = start("measures");
  run.commands([signalJob("order", 3)]);
  const calls = structuredClone(observed.map(({ call }) => call).filter(({ kind }) => kind === "metric"));
  const metric = (type: string, name: string, valueType = "int"): object => ({ type, name, valueType });
  expect(calls).toMatchObject([
    {
      metric: { ...metric("counter", "orders"), unit: "orders", description: "how many" },
      value: 3,
      tags: { workflowType: "measures", region: "eu", urgent: true },
    },
    {
      metric: { ...metric("histogram", "size", "float"), unit: "kB" },
      value: 1.5,
      tags: { workflowType: "measures", a: 1, b: 2, c: 3 },
    },
    { metric: metric("gauge", "stock"), value: 7, tags: { workflowType: "measures" } },
    { metric: metric("up-down-counter", "open"), value: -1 },
  ]);
});

test("what is replayed or asked by a query is not counted again", async () => {
  const { start, observed } = await harness(source);
  const run = start("measures", { activation: { isReplaying: true } });
  run.activate([signalJob("order", 3)], { isReplaying: true });
  expect(run.query("asked")).toBe("asked");
  expect(observed.filter(({ call }) => call.kind === "metric")).toEqual([]);
  run.activate([signalJob("order", 1)], { isReplaying: false });
  expect(observed.filter(({ call }) => call.kind === "metric").length).toBe(4);
});

test("interceptors add tags to each value", async () => {
  const { start, observed } = await harness({
    workflows: source,
    interceptors: [
      `export const interceptors = () => ({ outbound: [{ getMetricTags: (tags, next) => next({ ...tags, tenant: "acme" }) }] });`,
    ],
  });
  start("measures").commands([signalJob("order", 3)]);
  const metrics = observed.flatMap(({ call }) => (call.kind === "metric" ? [call] : []));
  expect(metrics.length).toBe(4);
  expect(metrics.every((call) => "tags" in call && (call.tags as MetricTags)["tenant"] === "acme")).toBe(
    true,
  );
});

test("a negative value and a use outside of workflows are refused", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("negative").first).message).toBe(
    "The value for counter 'orders' is -1; it must not be negative",
  );
  expect(() => metricMeter.createCounter("orders")).toThrow("may only be used from workflow context");
});

test("the worker hands values to its meter, making each metric once", () => {
  const made: string[] = [];
  const seen: (readonly [Metric["kind"], string, number, MetricTags])[] = [];
  const inner = recordingMeter(({ kind, name }, value, tags) => seen.push([kind, name, value, tags]));
  const counted = new Proxy(inner.withTags({ namespace: "default" }), {
    get: (meter, key) => {
      made.push(String(key));
      return Reflect.get(meter, key) as unknown;
    },
  });
  const calls = new ObservedCalls({ logger: {} as never, metricMeter: counted, sinks: {} });
  const one = (type: Metric["kind"], value: number): void =>
    calls.dispatch("run", [
      { kind: "metric", metric: { type, valueType: "int", name: "m" }, value, tags: { t: 1 } },
    ]);
  for (const kind of ["counter", "histogram", "gauge", "up-down-counter", "counter"] as const) one(kind, 2);
  const tags = { namespace: "default", t: 1 };
  expect(seen).toEqual([
    ["counter", "m", 2, tags],
    ["histogram", "m", 2, tags],
    ["gauge", "m", 2, tags],
    ["up-down-counter", "m", 2, tags],
    ["counter", "m", 2, tags],
  ]);
  expect(made).toEqual(["createCounter", "createHistogram", "createGauge", "createUpDownCounter"]);
});
