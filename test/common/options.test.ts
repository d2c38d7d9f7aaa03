import { describe, expect, test } from "vitest";
import { composeInterceptors, type NextCall } from "../../src/common/interceptors.ts";
import {
  compileRetryPolicy,
  DefaultLogger,
  decompileRetryPolicy,
  defineQuery,
  defineSearchAttributeKey,
  defineSignal,
  extractWorkflowType,
  type LogEntry,
  noopMetricMeter,
  type RetryPolicy,
  TypedSearchAttributes,
  toCanonicalString,
  ValueError,
} from "../../src/common/mod.ts";
import { payloadsSize } from "../../src/common/payload-size.ts";
import { compilePriority } from "../../src/common/priority.ts";
import { versioningBehaviorNames } from "../../src/common/versioning.ts";
import { registerWorkflowName } from "../../src/common/workflow-name.ts";
import { encodePayloads } from "../../src/gen/codec/temporal/api/common/v1/message.ts";

describe("retry policies", () => {
  test("are sent with an initial interval always, the rest as given", () => {
    expect(compileRetryPolicy({ maximumAttempts: 3 })).toMatchObject({
      initialInterval: { seconds: 1n, nanos: 0 },
      maximumAttempts: 3,
    });
    expect(compileRetryPolicy({ maximumAttempts: Number.POSITIVE_INFINITY }).maximumAttempts).toBeUndefined();
  });

  test("come back as they were", () => {
    const policy = {
      backoffCoefficient: 1.5,
      initialInterval: 2000,
      maximumInterval: 4000,
      maximumAttempts: 2,
    };
    const full = { ...policy, nonRetryableErrorTypes: ["A"] };
    expect(decompileRetryPolicy(compileRetryPolicy(full))).toEqual(full);
    expect(decompileRetryPolicy(undefined)).toBeUndefined();
  });

  const wrong: [RetryPolicy, RegExp][] = [
    [{ backoffCoefficient: 0.5 }, /retry\.backoffCoefficient is 0\.5; .* at least 1/],
    [{ maximumAttempts: 0 }, /retry\.maximumAttempts is 0; .* positive integer/],
    [{ maximumAttempts: 1.5 }, /retry\.maximumAttempts is 1\.5/],
    [{ initialInterval: 0 }, /retry\.initialInterval is 0; .* longer than 0/],
    [{ maximumInterval: 0 }, /retry\.maximumInterval is 0/],
    [{ initialInterval: "10s", maximumInterval: "5s" }, /not shorter than initialInterval \(10000 ms\)/],
    [
      { nonRetryableErrorTypes: "A" as unknown as string[] },
      /nonRetryableErrorTypes is "A"; .* array of strings/,
    ],
    [null as unknown as RetryPolicy, /retry is null; it must be an object/],
  ];
  for (const [policy, message] of wrong) {
    test(`refuse ${JSON.stringify(policy)}`, () => {
      expect(() => compileRetryPolicy(policy, "retry")).toThrow(message);
      expect(() => compileRetryPolicy(policy, "retry")).toThrow(ValueError);
    });
  }
});

describe("typed search attributes", () => {
  const name = defineSearchAttributeKey("Name", "TEXT");
  const tags = defineSearchAttributeKey("Tags", "KEYWORD_LIST");
  const count = defineSearchAttributeKey("Count", "INT");
  const attributes = new TypedSearchAttributes([
    { key: name, value: "n" },
    { key: tags, value: ["a"] },
  ]);

  test("are read by key, and only as their kind", () => {
    expect(attributes.get(name)).toBe("n");
    expect(attributes.get(count)).toBeUndefined();
    expect(attributes.get(defineSearchAttributeKey("Name", "INT"))).toBeUndefined();
  });

  test("are copied to be changed", () => {
    const changed = attributes.updateCopy([
      { key: name, value: null },
      { key: count, value: 7 },
    ]);
    changed.get(tags)?.push("b");
    expect(changed.getAll().map(({ key }) => key.name)).toEqual(["Tags", "Count"]);
    expect(attributes.get(tags)).toEqual(["a"]);
    expect(
      attributes.updateCopy([{ key: defineSearchAttributeKey("Name", "INT"), value: null }]).get(name),
    ).toBe("n");
  });

  test("refuse a name twice, and keys of unknown kinds", () => {
    const pair = { key: name, value: "n" };
    expect(() => new TypedSearchAttributes([pair, pair])).toThrow(/Duplicate search attribute key: Name/);
    expect(() => defineSearchAttributeKey("X", "STRING" as "TEXT")).toThrow(/allowed are TEXT, KEYWORD/);
  });

  test("have their kind guessed from the untyped form", () => {
    const guess = (values: string[] | number[] | boolean[] | Date[]): string | undefined =>
      TypedSearchAttributes.getKeyFromUntyped("k", values)?.type;
    expect(guess(["x"])).toBe("TEXT");
    expect(guess(["2026-01-01T00:00:00.000Z"])).toBe("DATETIME");
    expect(guess([1])).toBe("INT");
    expect(guess([1.5])).toBe("DOUBLE");
    expect(guess([true])).toBe("BOOL");
    expect(guess([new Date(0)])).toBe("DATETIME");
    expect(guess(["a", "b"])).toBe("KEYWORD_LIST");
    expect(guess([1, 2])).toBeUndefined();
  });
});

describe("workflow types", () => {
  test("come from text, functions and registered classes", () => {
    async function order(): Promise<void> {}
    class OrderWorkflow {
      async run(): Promise<void> {}
    }
    registerWorkflowName(OrderWorkflow, "order-v2");
    expect(extractWorkflowType("text")).toBe("text");
    expect(extractWorkflowType(order)).toBe("order");
    expect(extractWorkflowType(OrderWorkflow)).toBe("order-v2");
  });

  test("are refused when there is no name", () => {
    expect(() => extractWorkflowType(async () => {})).toThrow(/has no name/);
    expect(() => extractWorkflowType("")).toThrow(/Invalid workflow type: ""/);
    expect(() => extractWorkflowType(7 as unknown as string)).toThrow(/Invalid workflow type: 7 \(number\)/);
  });
});

test("definitions are plain values, and refuse names that Temporal keeps", () => {
  expect(defineSignal<[string]>("approve")).toEqual({ type: "signal", name: "approve" });
  expect(() => defineSignal("__temporal_x")).toThrow(/Cannot use signal name '__temporal_x'/);
  expect(() => defineQuery("__stack_trace")).toThrow(/reserved/);
  expect(() => defineQuery("")).toThrow(/Invalid query name/);
});

test("priorities are checked", () => {
  expect(compilePriority({ priorityKey: 2 })).toEqual({ priorityKey: 2, fairnessKey: "", fairnessWeight: 0 });
  expect(() => compilePriority({ priorityKey: -1 })).toThrow(/priority\.priorityKey is -1/);
  expect(() => compilePriority({ fairnessKey: "x".repeat(65) })).toThrow(/64 bytes/);
  expect(() => compilePriority({ fairnessWeight: Number.NaN })).toThrow(/fairnessWeight is NaN/);
});

test("enum names are taken short and in full, and unknown numbers are undefined", () => {
  expect(versioningBehaviorNames.encode("AUTO_UPGRADE")).toBe(2);
  expect(versioningBehaviorNames.encode("VERSIONING_BEHAVIOR_PINNED")).toBe(1);
  expect(versioningBehaviorNames.encode(undefined)).toBe(0);
  expect(versioningBehaviorNames.decode(9)).toBeUndefined();
  expect(versioningBehaviorNames.decode(0)).toBeUndefined();
  expect(() => versioningBehaviorNames.encode("pinned")).toThrow(
    /versioningBehavior is "pinned"; allowed are PINNED, AUTO_UPGRADE/,
  );
  expect(toCanonicalString({ deploymentName: "orders", buildId: "7" })).toBe("orders.7");
});

describe("interceptors", () => {
  interface Greeter {
    greet?(input: string, next: NextCall<string, string>): string;
  }
  const mark = (text: string): Greeter => ({ greet: (input, next) => `${text}(${next(input)})` });

  test("are chained with the first outermost, those without the method left out", () => {
    const chain = composeInterceptors<Greeter, "greet">(
      [mark("a"), {}, mark("b")],
      "greet",
      (name) => `hi ${name}`,
    );
    expect(chain("bob")).toBe("a(b(hi bob))");
  });

  test("add no turn of their own", () => {
    const last = (name: string): string => name;
    expect(composeInterceptors<Greeter, "greet">([], "greet", last)).toBe(last);
  });
});

test("loggers pass on what is of their level and above", () => {
  const entries: LogEntry[] = [];
  const logger = new DefaultLogger("WARN", (entry) => entries.push(entry));
  logger.info("quiet");
  const beforeMs = Date.now();
  logger.error("loud", { a: 1 });
  expect(entries).toMatchObject([{ level: "ERROR", message: "loud", meta: { a: 1 } }]);
  expect(entries[0]?.timestampNanos).toBeGreaterThanOrEqual(BigInt(beforeMs) * 1_000_000n);
  expect(entries[0]?.timestampNanos).toBeLessThanOrEqual(BigInt(Date.now()) * 1_000_000n);
  expect(() => new DefaultLogger("LOUD" as "WARN", () => {})).toThrow(/allowed are TRACE/);
});

test("the silent meter makes metrics of every kind", () => {
  const meter = noopMetricMeter.withTags({ a: 1 });
  expect(meter.createHistogram("h", "float").withTags({})).toMatchObject({
    kind: "histogram",
    valueType: "float",
  });
  expect(meter.createCounter("c", "1", "d")).toMatchObject({ kind: "counter", unit: "1", description: "d" });
  expect(() => meter.createUpDownCounter("u").add(-1)).not.toThrow();
  expect(() => meter.createGauge("g").set(1)).not.toThrow();
});

test("the size of payloads is that of their encoding", () => {
  const payloads = [
    { metadata: { encoding: new Uint8Array(10), other: new Uint8Array(0) }, data: new Uint8Array(300) },
    { data: new Uint8Array(20_000) },
    {},
  ];
  // An empty value of a map is not written; the count takes it in.
  expect(payloadsSize(payloads) - encodePayloads({ payloads }).length).toBeLessThanOrEqual(2);
  expect(payloadsSize(payloads.slice(1))).toBe(encodePayloads({ payloads: payloads.slice(1) }).length);
});
