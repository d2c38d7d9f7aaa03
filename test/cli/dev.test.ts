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
        "pretty",
        "--log-config",
      ],
      ...["--ui-port", "8233", "--ui-ip", "127.0.0.1", "--ui-public-path", "/", "--ui-asset-path", "x"],
      ...["--ui-codec-endpoint", "http://x", "--ui-disable-news-fetch", "--metrics-port", "0"],
      ...["--sqlite-pragma", "journal_mode=WAL", "--dynamic-config-value", "a.b=1"],
      // Those of `temporal` itself.
      ...["--color", "never", "-o", "json", "--time-format", "iso", "--no-json-shorthand-payloads"],
      ...["--client-connect-timeout", "5s", "--config-file", "x.toml", "--profile", "p"],
      ...["--disable-config-file", "--disable-config-env=true"],
    );
    expect(await running.out).toContain("default, other");
    expect(running.err()).toBe(
      "perdure dev: there is no web UI here: --ui-port, --ui-ip, --ui-asset-path, --ui-codec-endpoint, --ui-public-path, --ui-disable-news-fetch without effect\n" +
        "perdure dev: there is no metrics endpoint here: --metrics-port without effect\n" +
        "perdure dev: there is no server configuration here: --log-config without effect\n" +
        "perdure dev: there is no database here: --sqlite-pragma without effect\n" +
        "perdure dev: there is no dynamic configuration here: --dynamic-config-value a.b without effect\n",
    );
    running.stop();
    await expect(running.code).resolves.toBe(0);
  });

  test("says nothing of what SDKs set for each server that they start, and takes switches with a value", async () => {
    const running = dev(
      ...["--port", "0", "--headless=true", "--time-skipping=false", "--log-level", "warn"],
      ...["--dynamic-config-value", "frontend.enableServerVersionCheck=false"],
      ...["--dynamic-config-value", "frontend.enableUpdateWorkflowExecution=true"],
    );
    expect(await running.out).toMatch(/Time:\s+real\n/);
    running.stop();
    await expect(running.code).resolves.toBe(0);
    expect(running.err()).toBe("");
  });

  test("makes each namespace once", async () => {
    const running = dev("--port", "0", "-n", "a", "--namespace", "default", "--namespace=a", "-nb c");
    expect(await running.out).toMatch(/Namespaces:\s+default, a, b c\n/);
    running.stop();
    await expect(running.code).resolves.toBe(0);
  });

  test.each([
    ["never", []],
    ["error", []],
    ["warn", ["WARN"]],
    ["info", ["WARN", "INFO"]],
    ["debug", ["WARN", "INFO"]],
  ])("writes what level %s wants, as JSON where that is asked for", async (level, levels) => {
    const running = dev("--port", "0", "--ui-port", "1", "--log-level", level, "--log-format", "json");
    await running.out;
    running.stop();
    await expect(running.code).resolves.toBe(0);
    const lines = running
      .err()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
    expect(lines.map((line) => line["level"])).toEqual(levels);
    const texts = ["there is no web UI here: --ui-port without effect", "SIGINT, stopping"];
    expect(lines.map((line) => line["msg"])).toEqual(texts.slice(0, lines.length));
    for (const { time } of lines) expect(Date.parse(time!)).toBeGreaterThan(0);
  });

  test("warns of large payloads, with the facts", async () => {
    const running = dev("--port", "0", "--log-format", "json");
    const connection = await Connection.connect({ address: addressIn(await running.out) });
    const client = new Client({ connection });
    const large = "x".repeat(600 * 1024);
    await client.workflow.start("unknown", { workflowId: "large", taskQueue: "t", args: [large] });
    await connection.close();
    running.stop();
    await expect(running.code).resolves.toBe(0);
    const [line = ""] = running.err().split("\n");
    expect(JSON.parse(line)).toMatchObject({ level: "WARN", workflowId: "large" });
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
    [["--log-format", "loud"], "--log-format is 'loud'; it must be one of text, json, pretty"],
    [["--search-attribute", "=Int"], "--search-attribute is '=Int'; it must be name=type"],
    [["--search-attribute", "A=Int=3"], "--search-attribute is 'A=Int=3'; it must be name=type"],
    [["--search-attribute", "WorkflowId=Int"], "Search attribute WorkflowId is reserved by system."],
    [["--port", ""], "--port is ''; it must be a port from 0"],
    [["--port", "0x10"], "--port is '0x10'; it must be a port from 0"],
    [["--http-port=-1"], "--http-port is '-1'; it must be a port from 0"],
    [["--ui-port", "x"], "--ui-port is 'x'; it must be a port from 0"],
    [["--metrics-port", "70000"], "--metrics-port is '70000'; it must be a port from 0"],
    [["--namespace", ""], "--namespace is ''; it must be a name"],
    [["--sqlite-pragma", "x"], "--sqlite-pragma is 'x'; it must be key=value"],
    [["--dynamic-config-value", "x"], "--dynamic-config-value is 'x'; it must be key=value"],
    [["--dynamic-config-value", "x=y"], "--dynamic-config-value is 'x=y'; the value of 'x' must be JSON"],
    [["--db-filename", "state.db"], "--db-filename: this server keeps nothing on disk"],
    [["-f", "state.db"], "--db-filename: this server keeps nothing on disk"],
    [["--command-timeout", "5s"], "--command-timeout: this server runs until SIGINT or SIGTERM"],
    [["--env", "prod"], "--env: options are not read from environments"],
    [["--env-file", "x.yaml"], "--env-file: options are not read from files"],
    [["extra"], "'extra' is too much"],
    [["--ip", "203.0.113.7", "--port", "0"], "cannot listen on 203.0.113.7, port 0: this machine has no"],
    [["--colour"], "--colour"],
  ])("refuses %j with the reason", async (args, reason) => {
    const running = dev(...args);
    await expect(running.code).resolves.toBe(2);
    expect(running.err()).toContain(reason);
  });
});
