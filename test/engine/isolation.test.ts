import { describe, expect, test } from "vitest";
import { SandboxTimeoutError } from "../../src/engine/sandbox.ts";
import { project } from "./bundle-fixture.ts";
import { type Probe, probeSandbox } from "./probe-sandbox.ts";

/** Two interleaved runs, `a` and `b`, of the given workflow code. */
async function twoRuns(workflows: string): Promise<Probe> {
  await using files = await project({ "workflows.ts": workflows });
  const probe = probeSandbox(await files.bundle());
  probe.open("a");
  probe.open("b");
  return probe;
}

describe("what one run does, another does not see", () => {
  test("module state", async () => {
    const probe = await twoRuns("let n = 0; export const count = () => ++n;");
    expect([probe.call("a", "count"), probe.call("a", "count"), probe.call("b", "count")]).toEqual([1, 2, 1]);
  });

  test("new, replaced and deleted properties of the global object, by any way of writing", async () => {
    const probe = await twoRuns(`
      export const change = () => {
        globalThis.added = 1; Function("this.sloppy = 2")(); (0, eval)("var evaled = 3; function fn() {}");
        Object.defineProperty(globalThis, "defined", { value: 4 });
        globalThis[Symbol.for("otel")] = 5; globalThis.URL = 6; globalThis.Map = 7; delete globalThis.structuredClone;
      };
      export const look = () => [
        typeof added, typeof sloppy, typeof evaled, typeof fn, typeof defined, typeof globalThis[Symbol.for("otel")],
        typeof URL, typeof globalThis.Map, typeof structuredClone,
      ];`);
    const fresh = [...Array<string>(6).fill("undefined"), "function", "function", "function"];
    const changed = [
      "number",
      "number",
      "number",
      "function",
      "number",
      "number",
      "number",
      "number",
      "undefined",
    ];
    probe.call("a", "change");
    expect(probe.call("b", "look")).toEqual(fresh);
    expect(probe.call("a", "look")).toEqual(changed);
    expect(probe.call("b", "look")).toEqual(fresh);
    probe.sandbox.close("a");
    expect(probe.call("b", "look")).toEqual(fresh);
  });

  test("polyfills on Promise, Symbol, Reflect, Object, Error, Array.prototype and Function.prototype", async () => {
    const probe = await twoRuns(`
      export const change = () => {
        Promise.soon = 1; Symbol.own = 2; Reflect.metadata = 3; Object.grouped = 4; Error.stackTraceLimit = 1;
        Array.prototype.last = function () { return this[this.length - 1]; }; Array.prototype.map = () => "mapped";
        delete RegExp.prototype.sticky; Function.prototype.toString = () => "hidden";
        Object.defineProperty(Reflect, "registry", { value: 5, configurable: false, writable: false });
        return [1, 2].last();
      };
      export const look = () => [Promise.soon, Symbol.own, Reflect.metadata, Object.grouped, [].last, [1].map((n) => n),
        Error.stackTraceLimit, "sticky" in RegExp.prototype, String(look) === "hidden", Reflect.registry].map(String).join();
      export const own = () => [[1].map(), Promise.soon, [3].last(), String(look), Reflect.registry];`);
    const before = probe.call("b", "look");
    expect(probe.call("a", "change")).toBe(2);
    expect(probe.call("b", "look")).toBe(before);
    expect(probe.call("a", "own")).toEqual(["mapped", 1, 3, "hidden", 5]);
    expect(probe.call("b", "look")).toBe(before);
  });

  test.each([
    ["a method of Map.prototype", "Map.prototype.get = () => 1"],
    ["a property of Object.prototype", "Object.prototype.toString = () => 'x'"],
    ["a new property of Promise.prototype", "Promise.prototype.tap = 1"],
    ["a method of the prototype of generators", "Object.getPrototypeOf(function* () {}).prototype.next = 1"],
    ["Math", "Math.max = () => 1"],
    ["JSON", "JSON.parse = () => 1"],
    ["a shared module", "wf.sleep = 1"],
    ["the prototype of a shared class", "common.ApplicationFailure.prototype.message = 'x'"],
    ["a new property of the prototype of a shared class", "common.ApplicationFailure.prototype.extra = 'x'"],
    ["a static method of a shared class", "common.ApplicationFailure.make = () => 1"],
    ["TextEncoder", "TextEncoder.prototype.encode = 1"],
  ])("%s can't be changed", async (_name, statement) => {
    await using files = await project({
      "workflows.cjs": `"use strict"; const wf = require("perdure/workflow"); const common = require("perdure/common");
        exports.change = () => { ${statement}; };`,
    });
    const probe = probeSandbox(await files.bundle({ workflowsPath: files.path("workflows.cjs") }));
    probe.open("a");
    expect(() => probe.call("a", "change")).toThrow(TypeErrorMessage);
  });
});

/** What a run may do to the built-ins that other runs, and the engine between two runs, need most. */
const spoiled = [
  "Array.prototype[Symbol.iterator] = fail",
  "Object.getPrototypeOf([][Symbol.iterator]()).next = fail",
  "Array.prototype.filter = fail; Array.prototype.map = fail; Array.prototype.push = fail; globalThis.added = 1",
  "Object.defineProperty(Array.prototype, 'map', { get: fail })",
  "Object.defineProperties(Array.prototype, { map: { get: fail }, stuck: { value: 1, configurable: false } })",
  "Object.defineProperties(globalThis, { stuck: { value: 1, configurable: false } })",
  "Object.defineProperty(Array.prototype, 'map', { writable: false })",
  "Array.prototype.__defineGetter__('map', fail)",
  "Object.defineProperty(Array.prototype, '0', { get: fail, set: fail })",
  "Object.setPrototypeOf(Array.prototype, { leaked: 1 })",
  "Promise.__proto__ = class { static leaked = 1 }",
  "delete Array.prototype.map; Array.prototype.map = fail",
  "Reflect.defineProperty(Promise, 'resolve', { value: fail, writable: false, configurable: false })",
  "Object.hasOwn = fail; Object.entries = fail; Object.keys = fail; Reflect.ownKeys = fail; Reflect.apply = fail",
  "Function.prototype.call = fail; Function.prototype.apply = fail; Function.prototype.bind = fail",
  "globalThis.Map = fail; globalThis.Object = fail; globalThis.Reflect = fail; globalThis.Symbol = fail",
];

test.each(spoiled)("after `%s` in one run, others go on as before, and it too", async (statement) => {
  const probe = await twoRuns(`
    const fail = () => { throw new Error("spoilt"); };
    let changed = 0;
    export const change = () => { changed++; ${statement}; };
    export const count = () => changed;
    export const look = () => {
      const [first, ...rest] = [1, 2, 3].map((n) => n + 1).filter((n) => n > 2);
      const before = Array.prototype.map; Array.prototype.map = () => "own"; const own = [].map(); Array.prototype.map = before;
      return [first, rest.length, own, String(Promise.resolve(1)), typeof globalThis.added, typeof globalThis.stuck, typeof [].stuck,
        [].leaked, Promise.leaked, [].length, Object.keys(Object.entries({ a: 1 })[0]).length, Reflect.ownKeys([]).length, fail.call.name]
        .map(String).join();
    };`);
  const before = probe.call("b", "look");
  try {
    probe.call("a", "change");
  } catch (error) {
    // It made its own answer impossible.
    expect(String(error)).toContain("spoilt");
  }
  expect(probe.call("b", "look")).toBe(before);
  probe.open("c");
  expect(probe.call("c", "look")).toBe(before);
  probe.sandbox.close("a");
  expect(probe.call("b", "look")).toBe(before);
});

test("a time limit works whatever a run did to the globals by which scripts find things", async () => {
  const probe = await twoRuns(`
    const fail = () => { throw new Error("spoilt"); };
    export const change = () => { Object.defineProperty = fail; globalThis.Symbol = fail; globalThis.Object = fail; Symbol.for = fail; };
    export const spin = () => { for (;;); };
    export const look = () => "fine";`);
  probe.sandbox.setTimeLimit(60_000);
  probe.call("a", "change");
  expect([probe.call("a", "look"), probe.call("b", "look"), probe.call("a", "look")]).toEqual(
    Array(3).fill("fine"),
  );
  probe.sandbox.setTimeLimit(100);
  expect(() => probe.call("a", "spin")).toThrow(SandboxTimeoutError);
  probe.sandbox.setTimeLimit(60_000);
  expect(probe.call("b", "look")).toBe("fine");
});

test.each([
  "Object.freeze(Array.prototype)",
  "Object.seal(Promise)",
  "Object.preventExtensions(Reflect)",
  "Object.freeze(globalThis)",
])("`%s` is refused, since it could not be undone for others", async (statement) => {
  const probe = await twoRuns(`
    export const change = () => { ${statement}; };
    export const look = () => [Reflect.preventExtensions(Array.prototype), Object.isExtensible(Array.prototype), Object.isFrozen(Object.freeze({}))];`);
  expect(() => probe.call("a", "change")).toThrow(
    /Cannot (freeze|seal|prevent extensions of) a built-in object: all workflows/,
  );
  expect(probe.call("b", "look")).toEqual([false, true, true]);
});

test("a run finds its own definitions and prototypes again, and others none of them", async () => {
  const probe = await twoRuns(`
    export const change = () => {
      Object.setPrototypeOf(Promise, { inherited: 1 });
      Object.defineProperty(Array.prototype, "last", { get() { return this[this.length - 1]; } });
      Object.defineProperty(Array.prototype, "map", { writable: false });
      Object.setPrototypeOf(globalThis, { ...globalThis, outer: 2 });
    };
    export const look = () => {
      let fixed = false; const { map } = Array.prototype;
      try { Array.prototype.map = map; } catch { fixed = true; }
      return [Promise.inherited, [1, 2].last, fixed, typeof outer].map(String);
    };`);
  const fresh = ["undefined", "undefined", "false", "undefined"];
  probe.call("a", "change");
  expect(probe.call("b", "look")).toEqual(fresh);
  expect(probe.call("a", "look")).toEqual(["1", "2", "true", "number"]);
  expect(probe.call("b", "look")).toEqual(fresh);
  expect(probe.call("a", "look")).toEqual(["1", "2", "true", "number"]);
});

const TypeErrorMessage = /TypeError: (Cannot|Attempted)/;

describe("ordinary code works in spite of the locks", () => {
  test("own properties with the names of inherited ones can be assigned", async () => {
    const probe = await twoRuns(`
      class List extends Array { constructor() { super(); this.push = () => "own push"; } }
      function Old() {} Old.prototype.toString = function () { return "old"; }; Old.prototype.constructor = Old;
      export const main = () => {
        const e = new Error("m"); e.name = "Mine"; e.message = "changed"; e.toString = () => "str";
        const o = {}; o.toString = () => "obj"; o.constructor = 1; o.valueOf = () => 3;
        const f = () => {}; f.call = 1; f.toString = () => "fn";
        const m = new Map(); m.get = () => "own get"; const p = Promise.resolve(); p.then = 5;
        const inherited = Object.create(Map.prototype); inherited.size2 = 1; inherited.set = 2;
        return [e.name, e.message, String(e), String(o), o + 1, String(f), f.call, m.get(), p.then, inherited.set,
          new List().push(), String(new Old()), Object.keys(o).length, Object.hasOwn(e, "name")];
      };`);
    expect(probe.call("a", "main")).toEqual([
      ...["Mine", "changed", "str", "obj", 4, "fn", 1, "own get", 5, 2, "own push", "old", 3, true],
    ]);
  });

  test("built-ins keep their identity", async () => {
    const probe = await twoRuns(`
      export const main = () => [
        [] instanceof Array, new Uint8Array() instanceof Uint8Array, new TextEncoder().encode("é") instanceof Uint8Array,
        Function("return this")() === globalThis, (async () => {})() instanceof Promise, new Error() instanceof Error,
        [...new Map([[1, 2]])].length, "a-b".replace(/-/g, "+"), Object.prototype.toString.call([]), structuredClone(new Date(5)) instanceof Date,
      ];`);
    expect(probe.call("a", "main")).toEqual([
      ...[true, true, true, true, true, true, 1, "a+b", "[object Array]", true],
    ]);
  });

  test("what depends on threads or the real world is not there", async () => {
    const probe = await twoRuns(`
      export const main = () => ["Atomics", "SharedArrayBuffer", "WebAssembly", "process", "require", "fetch", "setInterval", "setImmediate"]
        .filter((name) => name in globalThis);`);
    expect(probe.call("a", "main")).toEqual([]);
  });

  test("abort controllers, events, clones and encoders", async () => {
    const probe = await twoRuns(`
      export const main = async () => {
        const c = new AbortController(); const seen = [];
        c.signal.addEventListener("abort", (e) => seen.push(e.type), { once: true });
        const any = AbortSignal.any([c.signal]);
        c.abort(new Error("why")); c.abort();
        let thrown; try { any.throwIfAborted(); } catch (e) { thrown = e.message; }
        const cyclic = { m: new Map([["k", new Set([1])]]), e: new RangeError("r") }; cyclic.self = cyclic;
        const copy = structuredClone(cyclic);
        let refused; try { structuredClone(() => 1); } catch (e) { refused = e.name; }
        const order = []; queueMicrotask(() => order.push("micro")); order.push("sync"); await null; await null;
        return [seen, thrown, AbortSignal.abort().reason.name, copy.self === copy, copy.m.get("k").has(1), copy.e instanceof RangeError,
          refused, order, new TextDecoder().decode(new TextEncoder().encode("héllo")), new URL("https://a.b/c?d=e").searchParams.get("d")];
      };`);
    expect(probe.call("a", "main")).toEqual([
      ...[
        ["abort"],
        "why",
        "AbortError",
        true,
        true,
        true,
        "DataCloneError",
        ["sync", "micro"],
        "héllo",
        "e",
      ],
    ]);
  });
});

describe("stacks and time limits", () => {
  test("the stack of an error names the user's file, line and column", async () => {
    await using files = await project({
      "workflows.ts": `import { deep } from "./deep.ts";\nexport async function main(): Promise<void> {\n  await deep();\n}`,
      "deep.ts": `interface Removed { a: number }\n\nexport async function deep(): Promise<Removed> {\n  await null;\n  throw new Error("lost");\n}`,
    });
    const probe = probeSandbox(await files.bundle());
    probe.open("a");
    expect(() => probe.call("a", "main")).toThrow(`deep (${files.path("deep.ts")}:5:9)`);
    expect(() => probe.call("a", "main")).not.toThrow(/sandbox-vm|node:vm/);
  });

  test.each(["sync", "micro"])(
    "an endless loop (%s) is stopped by a time limit, and other runs go on",
    async (kind) => {
      const probe = await twoRuns(`
      export const sync = () => { for (;;); };
      export const micro = async () => { for (;;) await null; };
      export const ok = () => 1;`);
      probe.sandbox.setTimeLimit(30);
      expect(() => probe.call("a", kind)).toThrow(SandboxTimeoutError);
      probe.sandbox.setTimeLimit(60_000);
      probe.sandbox.close("a");
      expect(probe.call("b", "ok")).toBe(1);
      probe.sandbox.setTimeLimit(0);
      expect(probe.call("b", "ok")).toBe(1);
    },
  );

  test("calls that are made together share one time limit, and come to rest one after the other", async () => {
    const probe = await twoRuns(`
      const log = [];
      export const later = () => { void Promise.resolve().then(() => log.push("later")); };
      export const seen = () => log;
      export const loop = async () => { for (;;) await null; };`);
    probe.sandbox.setTimeLimit(60_000);
    const seen = probe.sandbox.together(() => {
      probe.call("a", "later");
      return probe.call("a", "seen");
    });
    expect(seen).toEqual(["later"]);
    probe.sandbox.setTimeLimit(1000);
    const done: string[] = [];
    expect(() =>
      probe.sandbox.together(() => {
        for (;;) {
          probe.call("a", "seen");
          if (done.length < 1) done.push("seen");
        }
      }),
    ).toThrow(SandboxTimeoutError);
    expect(done).toEqual(["seen"]);
    probe.sandbox.setTimeLimit(50);
    expect(() => probe.sandbox.together(() => probe.call("a", "loop"))).toThrow(SandboxTimeoutError);
    probe.sandbox.setTimeLimit(60_000);
    expect(probe.call("b", "seen")).toEqual([]);
  });
});
