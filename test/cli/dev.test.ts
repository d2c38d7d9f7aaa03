import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { cliHost } from "../../runtimes/node-api/cli-host.ts";
import { runCli } from "../../src/cli/mod.ts";
import { Client, Connection } from "../../src/client/mod.ts";

interface Running {
  readonly out: Promise<string>;
  stop(): void;
  readonly code: Promise<number>;
  err(): string;
}

function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value) => resolve(value) };
}

function dev(...args: readonly string[]): Running {
  let err = "";
  const printed = deferred<string>();
  const stopped = deferred<string>();
  const code = runCli(["dev", ...args], {
    ...cliHost,
    out: printed.resolve,
    err: (text) => {
      err += text;
    },
    untilAskedToStop: () => stopped.promise,
  });
  return { out: printed.promise, stop: () => stopped.resolve("SIGINT"), code, err: () => err };
}

const addressIn = (out: string): string => /\S+:\d+/.exec(out.replace("server:", ""))?.[0] ?? "";

describe("perdure dev", () => {
  test("serves namespaces and search attributes until it is asked to stop, and ends with 0", async () => {
    const running = dev("--port", "0", "--namespace", "other", "--search-attribute", "OrderId=Keyword");
    const out = await running.out;
    expect(out).toContain("default, other");
    const connection = await Connection.connect({ address: addressIn(out) });
    const client = new Client({ connection, namespace: "other" });
    const found = await client.workflow.count("OrderId = 'o-1'");
    expect(found.count).toBe(0);
    await connection.close();
    running.stop();
    await expect(running.code).resolves.toBe(0);
  });

  test("starts with every option of the real dev server, and says which of them are in vain", async () => {
    const running = dev(
      ...[
        "-p",
        "0",
        "-n",
        "other",
        "--headless",
        "--ip",
        "127.0.0.1",
        "--log-format",
        "json",
        "--log-config",
      ],
      ...["--ui-port", "8233", "--ui-ip", "127.0.0.1", "--ui-public-path", "/", "--ui-asset-path", "x"],
      ...["--ui-codec-endpoint", "http://x", "--ui-disable-news-fetch", "--metrics-port", "0"],
      ...["--sqlite-pragma", "journal_mode=WAL", "--dynamic-config-value", "a.b=1"],
    );
    expect(await running.out).toContain("default, other");
    expect(running.err()).toBe(
      "perdure dev: there is no web UI here: --ui-port, --ui-ip, --ui-asset-path, --ui-codec-endpoint, --ui-public-path, --ui-disable-news-fetch without effect\n" +
        "perdure dev: there is no metrics endpoint here: --metrics-port without effect\n",
    );
    running.stop();
    await expect(running.code).resolves.toBe(0);
  });

  test("says which port is taken, and what to do", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const address = holder.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const running = dev("--port", String(port));
    await expect(running.code).resolves.toBe(2);
    expect(running.err()).toContain(`port ${port} is taken`);
    expect(running.err()).toContain("--port");
    holder.close();
  });

  test.each([
    [["--port", "70000"], "--port is '70000'; it must be a port from 0 (a free one) to 65535"],
    [["--search-attribute", "OrderId"], "--search-attribute is 'OrderId'; it must be name=type"],
    [
      ["--search-attribute", "OrderId=Number"],
      "--search-attribute is 'OrderId=Number'; it must be name=type",
    ],
    [["--log-level", "loud"], "--log-level is 'loud'; it must be one of debug, info, warn, error, never"],
    [["--db-filename", "state.db"], "--db-filename: this server keeps nothing on disk"],
    [["--ip", "203.0.113.7", "--port", "0"], "cannot listen on 203.0.113.7, port 0: this machine has no"],
    [["--colour"], "--colour"],
  ])("refuses %j with the reason", async (args, reason) => {
    const running = dev(...args);
    await expect(running.code).resolves.toBe(2);
    expect(running.err()).toContain(reason);
  });
});
