import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { loadEsbuild } from "../../runtimes/node-api/esbuild.ts";
import { readBundle } from "../../src/engine/bundle.ts";
import { BundleError } from "../../src/engine/bundle-error.ts";
import { WALL_VERSION } from "../../src/engine/wall-version.ts";
import type { WorkflowFactory } from "../../src/workflow/runtime/sandbox-entry.ts";
import { project } from "./bundle-fixture.ts";
import { probeSandbox } from "./probe-sandbox.ts";

/** Bundles the files, opens one run and calls its exported `main`. */
async function runMain(files: { readonly [name: string]: string }, options = {}): Promise<unknown> {
  await using files_ = await project(files);
  const probe = probeSandbox(await files_.bundle(options));
  probe.open("r1");
  return probe.call("r1", "main");
}

async function bundleFailure(files: { readonly [name: string]: string }, options = {}): Promise<BundleError> {
  await using files_ = await project(files);
  const error = await files_.bundle(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BundleError);
  return error as BundleError;
}

describe("what workflow code may be", () => {
  test("TypeScript, CommonJS and JSON modules end up in one bundle", async () => {
    const result = await runMain({
      "workflows.ts": `
        import { double } from "./double.ts";
        import legacy from "./legacy.cjs";
        import data from "./data.json";
        export async function main(): Promise<number[]> { return [double(2), legacy.triple(2), data.four]; }`,
      "double.ts": "export const double = (n: number): number => n * 2;",
      "legacy.cjs": "exports.triple = (n) => n * 3;",
      "data.json": `{ "four": 4 }`,
    });
    expect(result).toEqual([4, 6, 4]);
  });

  test("standard decorators in TypeScript", async () => {
    const result = await runMain({
      "workflows.ts": `
        const seen: string[] = [];
        function mark(_: unknown, context: ClassMethodDecoratorContext) { seen.push(context.kind + " " + String(context.name)); }
        class Greeter { @mark hello() { return "hi"; } }
        export async function main() { return [new Greeter().hello(), Greeter.name, ...seen]; }`,
    });
    expect(result).toEqual(["hi", "Greeter", "method hello"]);
  });

  test("names of functions and classes survive a clash between modules", async () => {
    const result = await runMain({
      "workflows.ts": `
        import { make } from "./other.ts";
        class Failure extends Error {}
        export async function main() { return [Failure.name, make().constructor.name]; }`,
      "other.ts": "class Failure extends Error {}\nexport const make = () => new Failure();",
    });
    expect(result).toEqual(["Failure", "Failure"]);
  });

  test("test runners beside workflows are stubs that throw when a workflow uses them", async () => {
    await using files = await project({
      "workflows.ts": `
        import { describe } from "vitest"; import run from "node:test"; import { it } from "@jest/globals"; import { Worker } from "perdure/worker";
        if (typeof globalThis.process === "object") describe("tests", () => { run(Worker); it("works"); });
        export const main = () => "loaded";
        export const misuse = () => describe("tests");`,
    });
    const probe = probeSandbox(await files.bundle());
    probe.open("r1");
    expect(probe.call("r1", "main")).toBe("loaded");
    expect(() => probe.call("r1", "misuse")).toThrow(/'describe' of 'vitest' was used in workflow code/);
  });

  test("a folder with an index file as the entry", async () => {
    await using files = await project({
      "flows/index.ts": "export async function main() { return 'index'; }",
    });
    const probe = probeSandbox(await files.bundle({ workflowsPath: files.path("flows") }));
    probe.open("r1");
    expect(probe.call("r1", "main")).toBe("index");
  });

  test("modules of only ES syntax are strict code, ones with CommonJS among them are not", async () => {
    const body =
      "export async function main() { try { undeclared = 1; return 'sloppy'; } catch (e) { return e.name; } }";
    expect(await runMain({ "workflows.ts": `${body}` })).toBe("ReferenceError");
    expect(
      await runMain({ "workflows.ts": `import './old.cjs';\n${body}`, "old.cjs": "exports.a = 1;" }),
    ).toBe("sloppy");
  });

  test("async generators and for await of TypeScript are lowered, those of JavaScript are left alone", async () => {
    const source = `
      export async function* count() { yield 1; yield 2; }
      export async function total() { let sum = 0; for await (const n of count()) sum += n; return sum; }`;
    await using files = await project({
      "workflows.ts": `import * as js from "./native.js"; import * as ts from "./lowered.ts";
        export async function main() { return [await ts.total(), await js.total(), String(js.count), String(ts.count)]; }`,
      "lowered.ts": source,
      "native.js": source,
    });
    const probe = probeSandbox(await files.bundle());
    probe.open("r1");
    const [fromTs, fromJs, native, lowered] = probe.call("r1", "main") as [number, number, string, string];
    expect([fromTs, fromJs]).toEqual([3, 3]);
    expect(native).toContain("async function*");
    expect(lowered).not.toContain("async function*");
  });

  test("yield* in an async generator of TypeScript is refused, since its steps differ between SDKs", async () => {
    const error = await bundleFailure({
      "workflows.ts": "async function* a() { yield 1; }\nexport async function* b() { yield* a(); }",
    });
    expect(error.message).toContain("`yield*` in an async generator");
    expect(error.message).toContain("workflows.ts");
  });
});

describe("shared modules", () => {
  test("perdure/workflow, by any of its names, is one frozen object of which a bundle takes the names it uses", async () => {
    await using files = await project({
      "workflows.ts": `
        import { sleep } from "perdure/workflow";
        import * as all from "@temporalio/workflow";
        export async function main() { return [sleep(), all.proxyActivities(), all.sleep === sleep]; }`,
    });
    const code = await files.bundle();
    const { user } = readBundle(code, WALL_VERSION);
    expect(user).not.toContain('pick("unused")');
    expect(user).not.toContain("__toESM");
    const probe = probeSandbox(code);
    probe.open("r1");
    expect(probe.call("r1", "main")).toEqual(["slept", "activities", true]);
  });

  test("a CommonJS module gets them by require", async () => {
    const result = await runMain({
      "workflows.ts": `export { main } from "./legacy.cjs";`,
      "legacy.cjs": `const { sleep } = require("perdure/workflow"); exports.main = async () => sleep();`,
    });
    expect(result).toBe("slept");
  });

  test("preloaded modules are evaluated once for all runs", async () => {
    await using files = await project({
      "workflows.ts": `import { state } from "counter"; import old from "old";
        export async function main() { return [state.loads, old.answer, typeof globalThis.polyfilled]; }`,
      "node_modules/counter/package.json": `{ "name": "counter", "type": "module", "exports": "./index.js" }`,
      "node_modules/counter/index.js":
        "globalThis.polyfilled = () => 1; globalThis.loads = (globalThis.loads ?? 0) + 1; export const state = { loads: globalThis.loads };",
      "node_modules/old/package.json": `{ "name": "old" }`,
      "node_modules/old/index.js": "module.exports = { answer: 42 };",
    });
    const probe = probeSandbox(await files.bundle({ preloadModules: ["counter", "old"] }));
    for (const run of ["r1", "r2"]) {
      probe.open(run);
      expect(probe.call(run, "main")).toEqual([1, 42, "function"]);
    }
  });

  test("assert, url and util of Node have small versions", async () => {
    const result = await runMain({
      "workflows.ts": `
        import assert from "node:assert"; import { URL } from "url"; import { TextEncoder } from "util";
        export async function main() {
          assert(true); assert.deepStrictEqual({ a: [1] }, { a: [1] });
          let name = ""; try { assert.strictEqual(1, 2); } catch (e) { name = (e as Error).name; }
          return [name, new URL("http://a/b").pathname, new TextEncoder().encode("é").length];
        }`,
    });
    expect(result).toEqual(["AssertionError", "/b", 2]);
  });
});

describe("modules that workflow code can't use", () => {
  test("importing perdure/client is fine, using it says what to do", async () => {
    await using files = await project({
      "workflows.ts": `
        import { Client } from "perdure/client";
        export const notUsed = Client;
        export async function main() { return new Client(); }`,
    });
    const probe = probeSandbox(await files.bundle());
    probe.open("r1");
    expect(() => probe.call("r1", "main")).toThrow(/'Client' of 'perdure\/client' was used in workflow code/);
  });

  test("perdure/activity has the failure classes, and its context refuses", async () => {
    await using files = await project({
      "workflows.ts": `
        import { ApplicationFailure, Context } from "perdure/activity";
        import { ApplicationFailure as Same } from "perdure/common";
        export async function main() { return ApplicationFailure === Same; }
        export async function context() { return Context.current(); }`,
    });
    const probe = probeSandbox(await files.bundle());
    probe.open("r1");
    expect(probe.call("r1", "main")).toBe(true);
    expect(() => probe.call("r1", "context")).toThrow(/not in activity context/);
  });

  test("a Node built-in fails the bundling with the chain of imports", async () => {
    const error = await bundleFailure({
      "workflows.ts": `import { load } from "./a.ts"; export async function main() { return load(); }`,
      "a.ts": `export { load } from "./b.ts";`,
      "b.ts": `import { readFileSync } from "node:fs"; import net from "net"; export const load = () => [readFileSync, net];`,
    });
    expect(error.details).toEqual([
      "'net', imported by workflows.ts → a.ts → b.ts",
      "'node:fs', imported by workflows.ts → a.ts → b.ts",
    ]);
    expect(error.message).toContain("ignoreModules");
  });

  test("a Node built-in of which workflow code has the like is refused with what to use instead", async () => {
    const error = await bundleFailure({
      "workflows.ts": `import { setTimeout } from "node:timers/promises"; import { randomUUID } from "crypto";
        import { AsyncLocalStorage } from "node:async_hooks";
        export const main = () => [setTimeout(1), randomUUID(), new AsyncLocalStorage()];`,
    });
    expect(error.details).toEqual([
      expect.stringMatching(/^'crypto', imported by workflows\.ts \(instead: .*crypto\.randomUUID\(\)/),
      "'node:async_hooks', imported by workflows.ts (instead: the global AsyncLocalStorage)",
      "'node:timers/promises', imported by workflows.ts (instead: sleep() of perdure/workflow)",
    ]);
  });

  test("a library that only looks whether a built-in is there, and tells bundlers so, finds none", async () => {
    const probe = (comment: string): string =>
      `let fs; try { fs = require(${comment}"fs"); } catch (error) { fs = error.message; } exports.fs = fs;`;
    const result = await runMain({
      "workflows.ts": `import { fs } from "probing"; export const main = async () => fs;`,
      "node_modules/probing/index.js": probe("/* webpackIgnore: true */ "),
    });
    expect(result).toBe("'fs' is not there in workflow code");
    const error = await bundleFailure({
      "workflows.ts": `import { fs } from "probing"; export const main = async () => fs;`,
      "node_modules/probing/index.js": probe(""),
    });
    expect(error.details).toEqual(["'fs', imported by workflows.ts → node_modules/probing/index.js"]);
  });

  test("type imports of such modules fall away", async () => {
    const result = await runMain({
      "workflows.ts": `
        import type * as activities from "./activities.ts"; import { Stats } from "node:fs";
        export async function main(): Promise<keyof typeof activities | Stats["size"]> { return "run"; }`,
      "activities.ts": `import { run as go } from "node:child_process"; export const run = go;`,
    });
    expect(result).toBe("run");
  });

  test("ignored modules become stubs that throw when used", async () => {
    await using files = await project({
      "workflows.ts": `
        import fs from "node:fs"; import { thing } from "not-installed/deep";
        export async function main() { return "fine"; }
        export async function use() { return fs.readFileSync("x"); }
        export async function other() { return thing(); }`,
    });
    const probe = probeSandbox(await files.bundle({ ignoreModules: ["fs", "not-installed"] }));
    probe.open("r1");
    expect(probe.call("r1", "main")).toBe("fine");
    expect(() => probe.call("r1", "use")).toThrow(/'node:fs' was used in workflow code/);
    expect(() => probe.call("r1", "other")).toThrow(/'thing' of 'not-installed\/deep'/);
  });

  test("top-level await is refused", async () => {
    const error = await bundleFailure({ "workflows.ts": "await Promise.resolve();\nexport const a = 1;" });
    expect(error.details[0]).toMatch(/^workflows\.ts:1:1: Top-level await can't be used in workflow code/);
  });

  test("import() with an argument that is not a literal is refused, a literal one works", async () => {
    const error = await bundleFailure({
      "workflows.ts": "export const load = (name: string) => import(name);",
    });
    expect(error.details[0]).toMatch(/import\(\) in workflow code needs a literal path/);
    const result = await runMain({
      "workflows.ts": `export async function main() { return (await import("./late.ts")).late; }`,
      "late.ts": "export const late = 1;",
    });
    expect(result).toBe(1);
  });

  test("a missing module and a missing entry are named", async () => {
    const missing = await bundleFailure({ "workflows.ts": `import "./nowhere.ts";` });
    expect(missing.details[0]).toContain(`Could not resolve "./nowhere.ts"`);
    const entry = await bundleFailure({}, {});
    expect(entry.message).toContain("workflows.ts");
  });

  test("a missing esbuild is named with what to install", async () => {
    const failure = loadEsbuild(() => Promise.reject(new Error("Cannot find package 'esbuild'")));
    await expect(failure).rejects.toThrow(/npm install esbuild/);
    await expect(failure).rejects.toBeInstanceOf(BundleError);
  });
});

describe("interceptors and converters", () => {
  test("their modules are part of each run", async () => {
    await using files = await project({
      "workflows.ts": "export async function main() { return 1; }",
      "interceptors.ts": "export const interceptors = () => ({ inbound: [] });",
      "payload.ts": "export const payloadConverter = { toPayload() {}, fromPayload() {} };",
      "failure.ts": "export const failureConverter = {};",
    });
    const { user } = readBundle(
      await files.bundle({
        interceptorModules: [files.path("interceptors.ts")],
        payloadConverterPath: files.path("payload.ts"),
        failureConverterPath: files.path("failure.ts"),
      }),
      WALL_VERSION,
    );
    // A section evaluates to its factory.
    const factory = vm.runInThisContext(user) as WorkflowFactory;
    const modules = factory({ ...globalThis, Object, Array }, () => ({}));
    expect(Object.keys(modules).sort()).toEqual([
      "failureConverter",
      "interceptorModules",
      "payloadConverter",
      "workflows",
    ]);
    expect(Object.keys(modules.interceptorModules[0]!)).toEqual(["interceptors"]);
  });

  test("a converter module without the expected export is named", async () => {
    await using files = await project({
      "workflows.ts": "export const a = 1;",
      "payload.ts": "export const b = 1;",
    });
    await expect(files.bundle({ payloadConverterPath: files.path("payload.ts") })).rejects.toThrow(
      /No matching export in "payload.ts" for import "payloadConverter"/,
    );
  });
});
