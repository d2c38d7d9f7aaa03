import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { platform } from "../../runtimes/edge/mod.ts";
import { serverPlatform } from "../../runtimes/edge/server.ts";
import { testingPlatform } from "../../runtimes/edge/testing.ts";
import { workerPlatform } from "../../runtimes/edge/worker.ts";
import { root } from "../checks/source-files.ts";

describe("the platform of edge runtimes and browsers", () => {
  test("refuses gRPC and says what to use", () => {
    expect(() => platform.openGrpc({} as never)).toThrow(
      'gRPC, which needs HTTP/2 sockets, is not available on this runtime: give `protocol: "http-json"`, "grpc-web" or "connect"',
    );
  });

  test("without AsyncLocalStorage, options for a function are refused and nothing is in force", () => {
    const local = platform.asyncLocal<number>();
    expect(local.get()).toBe(undefined);
    expect(() => local.run(1, () => 2)).toThrow(/give deadline, metadata or abortSignal to each call/);
  });

  test("has no workers, ports or programs, and says so only when they are asked for", async () => {
    await expect(workerPlatform.bundle({ workflowsPath: "x" })).rejects.toThrow(
      /run workers on Node, Bun or Deno/,
    );
    await expect(workerPlatform.startThread({} as never, {} as never)).rejects.toThrow(/a workflow thread/);
    await expect(serverPlatform.listen({} as never, {})).rejects.toThrow(/listening on a port/);
    await expect(testingPlatform.freePort("127.0.0.1")).rejects.toThrow(/use the embedded server/);
    expect(() => testingPlatform.startServer("temporal", [])).toThrow(/starting a program/);
  });

  test.each(["workerd", "edge-light", "browser"])(
    "is what a client gets under the condition %s, without a built-in of Node",
    async (condition) => {
      const { metafile } = await build({
        stdin: { contents: 'export { Client, Connection } from "perdure/client";', resolveDir: root },
        bundle: true,
        write: false,
        metafile: true,
        format: "esm",
        splitting: true,
        outdir: root,
        platform: "neutral",
        mainFields: ["module", "main"],
        conditions: [condition],
        logLevel: "silent",
      });
      const inputs = Object.keys(metafile.inputs);
      expect(inputs).toContain("dist/runtimes/edge/mod.js");
      expect(inputs.filter((input) => /^node:|runtimes\/(node|bun|deno)/.test(input))).toEqual([]);
      const external = Object.values(metafile.outputs).flatMap(({ imports }) =>
        imports.filter(({ external }) => external),
      );
      expect(external).toEqual([]);
    },
  );
});
