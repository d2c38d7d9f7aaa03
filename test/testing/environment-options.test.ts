import { describe, expect, test } from "vitest";
import { commandLine } from "../../src/testing/dev-server.ts";
import { TestWorkflowEnvironment } from "../../src/testing/mod.ts";

type Create = (options: never) => Promise<TestWorkflowEnvironment>;
const creates: Readonly<Record<string, Create>> = {
  createTimeSkipping: (options) => TestWorkflowEnvironment.createTimeSkipping(options),
  createLocal: (options) => TestWorkflowEnvironment.createLocal(options),
  createFromExistingServer: (options) => TestWorkflowEnvironment.createFromExistingServer(options),
};

describe("options that are not usable are named, with what is allowed", () => {
  const table: readonly (readonly [name: string, options: unknown, message: string])[] = [
    ["createTimeSkipping", 5, "createTimeSkipping: options is 5; it must be an object"],
    [
      "createTimeSkipping",
      { sever: {} },
      "createTimeSkipping: sever is no option; there are: server, client",
    ],
    ["createTimeSkipping", { server: [] }, "createTimeSkipping: server is []; it must be an object"],
    [
      "createTimeSkipping",
      { server: { port: 7233 } },
      'createTimeSkipping: server.port is an option of the Java test server; say type: "time-skipping", or leave it out: the embedded server runs in this process',
    ],
    [
      "createTimeSkipping",
      { server: { type: "dev-server" } },
      'createTimeSkipping: server.type is "dev-server"; it must be "embedded" or "time-skipping"',
    ],
    [
      "createTimeSkipping",
      { server: { type: "time-skipping", dbFilename: "state.db" } },
      "createTimeSkipping: server.dbFilename is an option of the real dev server; the Java test server has none such",
    ],
    [
      "createTimeSkipping",
      { plugins: [{ name: "mine" }] },
      "createTimeSkipping: plugins: Perdure has no plugins yet; give interceptors to client and worker",
    ],
    [
      "createFromExistingServer",
      { plugins: [] },
      "createFromExistingServer: plugins: Perdure has no plugins yet; give interceptors to client and worker",
    ],
    [
      "createTimeSkipping",
      { server: { visibilityDelayMs: -1 } },
      "createTimeSkipping: server.visibilityDelayMs is -1; it must be a number of milliseconds, 0 or more",
    ],
    [
      "createTimeSkipping",
      { client: { namespace: "other" } },
      "createTimeSkipping: client.namespace is the environment's own; leave it out",
    ],
    [
      "createLocal",
      { server: { dbFilename: "state.db" } },
      'createLocal: server.dbFilename is an option of the real dev server; say type: "dev-server", or leave it out: the embedded server runs in this process',
    ],
    [
      "createLocal",
      { server: { type: "dev-server", visibilityDelayMs: 5 } },
      "createLocal: server.visibilityDelayMs is an option of the embedded server; the real dev server has none such",
    ],
    [
      "createLocal",
      { server: { type: "dev-server", executable: { type: "cached-download" } } },
      'createLocal: server.executable.type is "cached-download"; it must be "existing-path": Perdure downloads nothing',
    ],
    [
      "createLocal",
      {
        server: { type: "dev-server", existingPath: "a", executable: { type: "existing-path", path: "b" } },
      },
      "createLocal: server.executable and existingPath say the same; give one of the two",
    ],
    [
      "createLocal",
      { server: { type: "dev-server", port: 70_000 } },
      "createLocal: server.port is 70000; it must be a whole number from 1 to 65535",
    ],
    [
      "createFromExistingServer",
      { address: 7233 },
      "createFromExistingServer: address is 7233; it must be a non-empty string",
    ],
    [
      "createFromExistingServer",
      { connectionOptions: { proxy: {} } },
      "createFromExistingServer: connectionOptions.proxy is no option; there are: apiKey, metadata, tls",
    ],
  ];
  test.each(table)("%s(%j)", async (name, options, message) => {
    await expect(creates[name]?.(options as never)).rejects.toThrow(
      expect.objectContaining({ code: "VALUE", message }),
    );
  });
});

test("the command line of the dev server says what the options say", () => {
  const config = {
    type: "dev-server",
    namespace: "orders",
    uiPort: 8233,
    dbFilename: "state.db",
    searchAttributes: [{ name: "CustomerId", type: "KEYWORD" }],
    extraArgs: ["--dynamic-config-value", "a=1"],
  } as const;
  expect(commandLine(config, "127.0.0.1", 7244)).toEqual([
    ...["server", "start-dev", "--ip", "127.0.0.1", "--port", "7244"],
    ...["--log-format", "pretty", "--log-level", "warn", "--ui-port", "8233"],
    ...["--db-filename", "state.db", "--namespace", "orders"],
    ...["--search-attribute", "CustomerId=Keyword", "--dynamic-config-value", "a=1"],
  ]);
  expect(commandLine({ type: "dev-server" }, "::1", 1)).toContain("--headless");
});

test("a dev server that is not there is named in the error", async () => {
  const server = { type: "dev-server", existingPath: "no-such-temporal" } as const;
  await expect(TestWorkflowEnvironment.createLocal({ server })).rejects.toThrow(
    expect.objectContaining({
      code: "DEV_SERVER",
      message: expect.stringMatching(/^The dev server did not start: no-such-temporal could not be started/),
    }),
  );
});

test("a dev server that ends at once is shown with what it printed", async () => {
  const server = { type: "dev-server", existingPath: process.execPath } as const;
  await expect(TestWorkflowEnvironment.createLocal({ server })).rejects.toThrow(/Cannot find module/);
});
