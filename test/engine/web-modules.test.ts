/** Workflow code on web servers, as Deno imports it and as JSR serves it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownSubpath } from "../../runtimes/node-api/web-modules.ts";
import { readBundle } from "../../src/engine/bundle.ts";
import { BundleError } from "../../src/engine/bundle-error.ts";
import { WALL_VERSION } from "../../src/engine/wall-version.ts";
import type { BundleRequest } from "../../src/platform/worker-platform.ts";
import { project } from "./bundle-fixture.ts";
import { probeSandbox } from "./probe-sandbox.ts";

const TS = "text/typescript; charset=utf-8";
const MODULES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "/orders/workflows": [
    TS,
    `import { double } from "./lib/double.js";
     import { four } from "/data.json";
     import { old } from "../moved/old.ts";
     import type { Nobody } from "npm:nobody@1";
     export async function main(): Promise<unknown[]> { return [double(2) satisfies number, four, old]; }`,
  ],
  "/orders/lib/double.js": ["text/javascript", "export const double = (n) => n * 2;"],
  "/data.json": ["application/json", '{ "four": 4 }'],
  "/now/old.ts": ["text/plain", `import { from } from "./beside.ts"; export const old: string = from;`],
  "/now/beside.ts": [TS, 'export const from: string = "beside where it is now";'],
  "/interceptors.ts": [TS, "export const interceptors = (): object => ({});"],
  "/generator.ts": [
    TS,
    "async function* inner() { yield 1; }\nexport async function* outer() { yield* inner(); }",
  ],
  "/steps.ts": [
    TS,
    "export async function main() { const all = []; for await (const n of [1]) all.push(n); return all; }",
  ],
  "/by-name.ts": [TS, 'export * from "lodash";'],
  "/of-npm.ts": [TS, 'export * from "npm:lodash-es@4/fp.js";'],
  "/of-jsr.ts": [TS, 'import "jsr:@std/collections@^1/chunk";'],
  "/of-disk.ts": [TS, 'export * from "file:///etc/passwd";'],
  "/built-in.ts": [TS, 'import "./reads.ts";'],
  "/reads.ts": [TS, 'import { readFileSync } from "node:fs"; export const main = () => readFileSync("x");'],
  "/broken.ts": [TS, "export const main = (;"],
  "/page.ts": ["text/html", "<html></html>"],
};

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer(({ url = "" }, response) => {
    const [type, text] = MODULES[url] ?? [];
    if (url === "/moved/old.ts") response.writeHead(302, { location: "/now/old.ts" }).end();
    else if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** The bundle of a module of the server, as Deno's workers make it. */
async function bundled(
  path: string,
  options: Partial<BundleRequest> = {},
  webModules = true,
): Promise<string> {
  await using files = await project({});
  return await files.bundle({ workflowsPath: base + path, ...options }, { webModules });
}

async function failure(path: string, webModules = true): Promise<string> {
  const error: unknown = await bundled(path, {}, webModules).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BundleError);
  return (error as BundleError).message.replaceAll(base, "http://server");
}

function main(bundle: string): unknown {
  const probe = probeSandbox(bundle);
  probe.open("r1");
  return probe.call("r1", "main");
}

describe("workflows on a web server", () => {
  test("their imports are followed: relative, from the root, over redirects, of each kind by its media type", async () => {
    const interceptorModules = [`${base}/interceptors.ts`];
    const bundle = await bundled("/orders/workflows", { interceptorModules });
    expect(await main(bundle)).toEqual([4, 4, "beside where it is now"]);
    const { sources } = JSON.parse(readBundle(bundle, WALL_VERSION).sourceMap) as { sources: string[] };
    expect(sources).toContain(`${base}/orders/workflows`);
  });

  test("a file of workflows may import from there", async () => {
    await using files = await project({
      "workflows.ts": `export { main } from "${base}/orders/workflows";`,
    });
    expect(await main(await files.bundle({}, { webModules: true }))).toEqual([
      4,
      4,
      "beside where it is now",
    ]);
  });

  test("TypeScript is lowered as files are", async () => {
    expect(await bundled("/steps.ts")).toContain("__forAwait(");
    expect(await failure("/generator.ts")).toMatch(
      /^http:\/\/server\/generator\.ts: `yield\*` in an async generator/,
    );
  });

  test("where the runtime does not import them, they are not bundled", async () => {
    expect(await failure("/orders/workflows", false)).toMatch(
      /'http:\/\/server\/orders\/workflows': only Deno's workers bundle modules of web servers/,
    );
  });

  test("what cannot be bundled is an error that names the module and says what to do", async () => {
    const imported = (path: string): string => `imported by http://server${path}: `;
    expect(await failure("/by-name.ts")).toContain(
      `'lodash', ${imported("/by-name.ts")}a module of a web server`,
    );
    expect(await failure("/of-disk.ts")).toContain(
      "a module of a web server can import by relative paths and URLs",
    );
    expect(await failure("/of-npm.ts")).toContain(
      `'npm:lodash-es@4/fp.js', ${imported("/of-npm.ts")}esbuild, which bundles workflow code, knows no registries: with ` +
        '`"nodeModulesDir": "auto"` in deno.json and after `deno add npm:lodash-es`, import it as \'lodash-es\'',
    );
    expect(await failure("/of-jsr.ts")).toContain("https://jsr.io/@std/collections/1.0.0/mod.ts");
    expect(await failure("/built-in.ts")).toMatch(
      /'node:fs', imported by http:\/\/server\/built-in\.ts → http:\/\/server\/reads\.ts/,
    );
    expect(await failure("/broken.ts")).toContain("http://server/broken.ts:1:");
    expect(await failure("/absent.ts")).toContain(
      "http://server/absent.ts is part of the workflow code, but there is HTTP 404",
    );
    expect(await failure("/page.ts")).toContain("is a page in HTML");
  });

  test("a server that cannot be reached is named, with the permission that it takes", async () => {
    await using files = await project({});
    const bundling = files.bundle({ workflowsPath: "http://127.0.0.1:1/workflows.ts" }, { webModules: true });
    await expect(bundling).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:1\/workflows\.ts could not be downloaded.*--allow-net=127\.0\.0\.1:1/,
    );
  });
});

test("specifiers of registries in local files fail the same way", async () => {
  await using files = await project({
    "workflows.ts": 'import "npm:@scope/tool@2"; import "jsr:@std/async";',
  });
  await expect(files.bundle()).rejects.toThrow(/import it as '@scope\/tool'|@std\/async/);
});

test("our own modules by their URLs are the shared ones", () => {
  expect(ownSubpath("https://jsr.io/@perdure/sdk/0.1.0/src/workflow/mod.ts")).toBe("workflow");
  expect(ownSubpath("https://jsr.io/@perdure/sdk/0.1.0/src/workflow/sleep.ts")).toBe(undefined);
  expect(ownSubpath("https://jsr.io/@other/sdk/0.1.0/src/workflow/mod.ts")).toBe(undefined);
});
