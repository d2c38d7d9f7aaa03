import { describe, expect, test } from "vitest";
import { BundleError } from "../../src/engine/bundle-error.ts";
import type { BundleRequest } from "../../src/platform/worker-platform.ts";
import { type Project, project } from "./bundle-fixture.ts";
import { probeSandbox } from "./probe-sandbox.ts";

/* Workflow code that comes from the official SDK imports `@temporalio/…`, and files within those packages. */

async function main(files: { readonly [name: string]: string }): Promise<unknown> {
  await using folder = await project(files);
  const probe = probeSandbox(await folder.bundle());
  probe.open("r1");
  return probe.call("r1", "main");
}

async function failure(folder: Project, options: Partial<BundleRequest> = {}): Promise<BundleError> {
  const error = await folder.bundle(options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  return error as BundleError;
}

describe("what has a counterpart", () => {
  test("@temporalio/common has what here is in common and converter", async () => {
    const result = await main({
      "workflows.ts": `
        import { ApplicationFailure, CompositePayloadConverter, defaultPayloadConverter, errorMessage, JsonPayloadConverter, msToNumber,
          RawValue, str, u8 } from "@temporalio/common";
        import { toPayloads } from "@temporalio/common/lib/converter/payload-converter";
        import { ApplicationFailure as Same } from "@temporalio/common/lib/failure";
        import type { Payload, RetryPolicy } from "@temporalio/common/lib/interfaces";
        export const converter = new CompositePayloadConverter(new JsonPayloadConverter());
        export async function main() {
          const payload: Payload = converter.toPayload({ a: 1 });
          return [str(payload.data!), toPayloads(defaultPayloadConverter, 1)!.length, msToNumber("1m"), errorMessage(new Error("no")),
            u8("ä").length, typeof RawValue, ApplicationFailure.name, Same.name];
        }`,
    });
    expect(result).toEqual([
      '{"a":1}',
      1,
      60_000,
      "no",
      2,
      "function",
      "ApplicationFailure",
      "ApplicationFailure",
    ]);
  });

  test("helpers that have no public place here, under every way to write the path", async () => {
    const result = await main({
      "workflows.ts": `
        import { decode, encode } from "@temporalio/common/lib/encoding";
        import { msToTs, tsToMs } from "@temporalio/common/lib/time.js";
        import { assertNever, errorCode, hasOwnProperties, hasOwnProperty, isAbortError, isRecord, SymbolBasedInstanceOfError } from
          "@temporalio/common/src/type-helpers";
        import { composeInterceptors } from "@temporalio/common/lib/interceptors";
        import { composeInterceptors as same } from "@temporalio/workflow/lib/interceptor-composition";
        import { throwIfReservedName } from "@temporalio/common/lib/reserved";
        import { sleep } from "@temporalio/workflow/lib/workflow";
        import { sleep as sleep2 } from "@temporalio/workflow/lib/index.js";
        import { sleep as sleep3 } from "@temporalio/workflow/lib";
        class OutOfStock extends Error {}
        SymbolBasedInstanceOfError("OutOfStock")(OutOfStock);
        const caught = (fn) => { try { fn(); return "fine"; } catch (error) { return error.name; } };
        export async function main() {
          const foreign = Object.assign(new Error("none"), { [Symbol.for("__temporal_isOutOfStock")]: true });
          const chain = composeInterceptors([{ greet: (text, next) => next(text + "!") }], "greet", (text) => text + "?");
          return [decode(encode("grün")), tsToMs(msToTs("2s")), hasOwnProperty({ a: 1 }, "a"), hasOwnProperties({ a: 1 }, ["a", "b"]),
            isAbortError(Object.assign(new Error(), { name: "AbortError" })), isRecord(null), errorCode({ code: "E" }),
            new OutOfStock().name, foreign instanceof OutOfStock, new Error() instanceof OutOfStock, "code" in OutOfStock.prototype,
            chain("hi"), same === composeInterceptors, caught(() => throwIfReservedName("signal", "__temporal_x")),
            caught(() => assertNever("odd", 1 as never)), sleep(), sleep2 === sleep, sleep3 === sleep];
        }`,
    });
    expect(result).toEqual([
      ...["grün", 2000, true, false, true, false, "E"],
      ...["OutOfStock", true, false, false],
      ...["hi!?", true, "ValueError", "TypeError", "slept", true, true],
    ]);
  });

  test("a CommonJS module gets them by require", async () => {
    const result = await main({
      "workflows.ts": `export { main } from "./legacy.cjs";`,
      "legacy.cjs": `const { encode } = require("@temporalio/common/lib/encoding");
        const { sleep } = require("@temporalio/workflow/lib/workflow");
        exports.main = async () => [encode("a")[0], sleep()];`,
    });
    expect(result).toEqual([97, "slept"]);
  });

  test("a name that is not there is told with the module", async () => {
    await using folder = await project({
      "workflows.ts": `import { TypedSearchAttributeValue } from "@temporalio/common/lib/search-attributes";
        export const main = () => TypedSearchAttributeValue;`,
    });
    const { details } = await failure(folder);
    expect(details[0]).toMatch(
      /^workflows\.ts:1:\d+: perdure\/common has no export 'TypedSearchAttributeValue' in Perdure$/,
    );
  });

  test("converters for protobuf are bundled as they are installed", async () => {
    const result = await main({
      "workflows.ts": `import { kind } from "@temporalio/common/lib/protobufs"; export const main = async () => kind;`,
      "node_modules/@temporalio/common/package.json": `{ "name": "@temporalio/common" }`,
      "node_modules/@temporalio/common/lib/protobufs.js": `exports.kind = "installed";`,
    });
    expect(result).toBe("installed");
  });
});

describe("what has none", () => {
  test("files of host packages are stubs that throw when used", async () => {
    await using folder = await project({
      "workflows.ts": `
        import { Client } from "@temporalio/client/lib/client"; import { Worker } from "@temporalio/worker";
        import { encodeToPayloads } from "@temporalio/common/lib/internal-non-workflow"; import * as nexus from "@temporalio/nexus";
        export const unused = [Client, Worker, encodeToPayloads, nexus];
        export const main = async () => "loaded";
        export const misuse = async () => new Client();`,
    });
    const probe = probeSandbox(await folder.bundle());
    probe.open("r1");
    expect(probe.call("r1", "main")).toBe("loaded");
    expect(() => probe.call("r1", "misuse")).toThrow(
      /'Client' of '@temporalio\/client\/lib\/client' was used in workflow code/,
    );
  });

  test("others are refused with what was imported, by whom and what to import instead", async () => {
    await using folder = await project({
      "workflows.ts": `export { main } from "./deep.ts";`,
      "deep.ts": `
        import { getActivator } from "@temporalio/workflow/lib/global-attributes";
        import { deepMerge } from "@temporalio/common/lib/internal-workflow";
        export const main = () => [getActivator(), deepMerge({}, {})];`,
      // That it is installed does not help: it would be another runtime beside ours.
      "node_modules/@temporalio/workflow/lib/global-attributes.js": "exports.getActivator = () => 1;",
    });
    const error = await failure(folder);
    expect(error.details).toEqual([
      expect.stringMatching(
        /^'@temporalio\/common\/lib\/internal-workflow', imported by workflows\.ts → deep\.ts: import what perdure\/common/,
      ),
      expect.stringMatching(
        /^'@temporalio\/workflow\/lib\/global-attributes', imported by workflows\.ts → deep\.ts: .* import what perdure\/workflow exports/,
      ),
    ]);
    expect(error.message).toContain("ignoreModules");
    await expect(
      folder.bundle({ ignoreModules: ["@temporalio/common", "@temporalio/workflow/lib/global-attributes"] }),
    ).resolves.toContain("stub:");
  });

  test("type imports of them fall away", async () => {
    const result = await main({
      "workflows.ts": `import type { Activator } from "@temporalio/workflow/lib/internals";
        import { Replace } from "@temporalio/workflow/lib/stack-helpers";
        export async function main(_?: Activator | Replace) { return "typed"; }`,
    });
    expect(result).toBe("typed");
  });
});
