import { afterEach, expect, test } from "vitest";
import { ValueError } from "../../../src/common/errors.ts";
import { EmbeddedServer, type EmbeddedServerOptions } from "../../../src/server/mod.ts";
import { TestWorkflowEnvironment } from "../../../src/testing/mod.ts";

const servers: EmbeddedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server with options as programs without types give them. */
function make(options: unknown): EmbeddedServer {
  const server = new EmbeddedServer(options as EmbeddedServerOptions);
  servers.push(server);
  return server;
}

const flags = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, "BOOL"]));

test.each([
  [null, "options is null; it must be an object"],
  [{ nope: 1 }, "nope is no option; there are: timeSkipping, namespaces, "],
  [{ timeSkipping: "yes" }, 'timeSkipping is "yes"; it must be true or false'],
  [{ autoCreateNamespaces: 1 }, "autoCreateNamespaces is 1; it must be true or false"],
  [{ namespaces: "a" }, 'namespaces is "a"; it must be a list of non-empty strings'],
  [{ namespaces: [""] }, 'namespaces is [""]; it must be a list of non-empty strings'],
  [{ namespaces: ["a", "b", "a"] }, 'namespaces has "a" twice; name each namespace once'],
  [{ namespaces: ["temporal-system"] }, 'namespaces has "temporal-system", which is the server\'s own'],
  [{ namespaces: ["é".repeat(501)] }, "namespaces has a name of 1002 bytes; a name may have 1000"],
  [{ searchAttributes: { a: "TEXTT" } }, 'searchAttributes is {"a":"TEXTT"}; it must be an object of names'],
  [{ searchAttributes: ["a"] }, 'searchAttributes is ["a"]; it must be an object of names'],
  [{ searchAttributes: { RunId: "KEYWORD" } }, "searchAttributes: Search attribute RunId is reserved"],
  [
    { searchAttributes: flags },
    "searchAttributes: Unable to create search attributes: cannot have more than 3",
  ],
  [{ visibilityDelayMs: -1 }, "visibilityDelayMs is -1; it must be a number of milliseconds, 0 or more"],
  [{ visibilityDelayMs: Number.NaN }, "visibilityDelayMs is NaN; it must be a number of milliseconds"],
  [{ onDefect: 5 }, "onDefect is 5; it must be a function"],
  [{ onWarning: "log" }, 'onWarning is "log"; it must be a function'],
])("a server with %j: told at once", (options, words) => {
  expect(() => make(options)).toThrow(ValueError);
  expect(() => make(options)).toThrow(`EmbeddedServer: ${words}`);
});

test.each([
  [null, "options is null; it must be an object"],
  [{ nope: 1 }, "nope is no option; there are: host, port, httpPort, "],
  [{ port: -1 }, "port is -1; it must be a whole number from 0 (a free port) to 65535"],
  [{ port: 65_536 }, "port is 65536; it must be"],
  [{ port: "7233" }, 'port is "7233"; it must be'],
  [{ port: Number.NaN }, "port is NaN; it must be"],
  [{ httpPort: 1.5 }, "httpPort is 1.5; it must be"],
  [{ port: 7233, httpPort: 7233 }, "port and httpPort are both 7233; leave httpPort out"],
  [{ host: "" }, 'host is ""; it must be a non-empty string'],
  [{ tls: true }, "tls is true; it must be { certificate, key, clientCertificates? }"],
  [
    { tls: {} },
    "tls is {}; it must be { certificate, key, clientCertificates? }, each the bytes of a PEM file",
  ],
  [{ tls: { certificate: "x", key: "y" } }, 'tls is {"certificate":"x","key":"y"}; it must be'],
  [{ corsOrigins: "*" }, 'corsOrigins is "*"; it must be a list'],
  [{ corsOrigins: ["app.example.com"] }, 'corsOrigins is ["app.example.com"]; it must be a list of origins'],
  [{ corsOrigins: ["https://a.example/path"] }, 'corsOrigins is ["https://a.example/path"]; it must be'],
  [{ maxRequestBytes: -1 }, "maxRequestBytes is -1; it must be a whole number above 0"],
  [{ maxConnections: 0 }, "maxConnections is 0; it must be a whole number above 0"],
  [{ compress: "always" }, 'compress is "always"; it must be "remote" or "accepted"'],
])("a port with %j: told at once", async (options, words) => {
  const opened = make({}).listen(options as Parameters<EmbeddedServer["listen"]>[0]);
  await expect(opened).rejects.toThrow(ValueError);
  await expect(make({}).listen(options as object)).rejects.toThrow(`listen: ${words}`);
});

test("a port that is taken is named", async () => {
  const { address } = await make({}).listen();
  const port = Number(address.split(":").at(-1));
  await expect(make({}).listen({ port })).rejects.toMatchObject({
    code: "EADDRINUSE",
    message: expect.stringContaining(address),
  });
});

test("an environment's own namespace may be among others, and no other twice", async () => {
  const server = { namespace: "orders", namespaces: ["orders", "bills"] };
  await using environment = await TestWorkflowEnvironment.createLocal({ server });
  expect(environment.namespace).toBe("orders");
  const twice = TestWorkflowEnvironment.createLocal({ server: { namespaces: ["a", "a"] } });
  await expect(twice).rejects.toThrow('namespaces has "a" twice');
});
