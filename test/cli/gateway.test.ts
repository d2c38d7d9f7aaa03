import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cliHost } from "../../runtimes/node-api/cli-host.ts";
import { runCli } from "../../src/cli/mod.ts";
import { Client, Connection } from "../../src/client/mod.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";
import {
  type Authority,
  type Certificate,
  makeAuthority,
  makeCertificate,
} from "../transport/certificates.ts";

interface Running {
  readonly address: string;
  /** Says that the files of an option have changed. */
  touch(): void;
  err(): string;
  stop(): Promise<number>;
}

function deferred(): { readonly promise: Promise<string>; resolve(value: string): void } {
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value) => resolve(value) };
}

/** Runs the command until it is asked to stop. */
async function running(...args: readonly string[]): Promise<Running> {
  let err = "";
  const stopped = deferred();
  const watching = new Set<() => void>();
  const printed = deferred();
  const code = runCli(["gateway", "--listen", "0", ...args], {
    ...cliHost,
    out: printed.resolve,
    err: (text) => {
      err += text;
    },
    untilAskedToStop: () => stopped.promise,
    watchFiles: (paths) => ({
      onChange: (changed) => {
        if (paths.length > 0) watching.add(changed);
        return () => watching.delete(changed);
      },
    }),
  });
  return {
    touch: () => {
      for (const changed of watching) changed();
    },
    address: /127\.0\.0\.1:\d+/.exec(await printed.promise)?.[0] ?? "",
    err: () => err,
    stop: () => {
      stopped.resolve("SIGINT");
      return code;
    },
  };
}

/** Runs the command with arguments that it refuses. */
async function refused(...args: readonly string[]): Promise<string> {
  let err = "";
  const never = new Promise<string>(() => {});
  const host = {
    ...cliHost,
    out: () => {},
    err: (text: string) => {
      err += text;
    },
    untilAskedToStop: () => never,
  };
  expect(await runCli(["gateway", ...args], host)).toBe(2);
  return err;
}

function fileOf(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "perdure-gateway-")), "tokens.json");
  writeFileSync(path, content);
  return path;
}

describe("perdure gateway", () => {
  test("serves a server behind it to those who have a token, and logs calls as lines of JSON", async () => {
    const server = new EmbeddedServer();
    const upstream = (await server.listen()).address;
    const token = "token-of-web-0123456789";
    const tokens = fileOf(JSON.stringify([{ token, name: "web", namespaces: ["default"] }]));
    const gateway = await running("--upstream", upstream, "--tokens", tokens);
    const connection = await Connection.connect({ address: gateway.address, apiKey: token, tls: false });
    const client = new Client({ connection });
    await client.workflow.start("order", { taskQueue: "q", workflowId: "by-cli" });
    await connection.close();
    expect(await gateway.stop()).toBe(0);
    const lines = gateway.err().trim().split("\n");
    expect(lines.pop()).toBe("perdure gateway: SIGINT, letting calls under way end");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { caller: "web", status: 0, path: expect.stringContaining("GetSystemInfo") },
      { caller: "web", status: 0, namespace: "default", time: expect.stringMatching(/Z$/) },
    ]);
    await server.close();
  });

  test("takes a new certificate when its files change, and keeps the old when they do not fit", async () => {
    const server = new EmbeddedServer();
    const upstream = (await server.listen()).address;
    const authorities = [makeAuthority("first"), makeAuthority("second")] as const;
    const [first, second] = authorities.map((each) => makeCertificate(each, ["127.0.0.1"])) as [
      Certificate,
      Certificate,
    ];
    const cert = fileOf(Buffer.from(first.certificate).toString());
    const key = fileOf(Buffer.from(first.key).toString());
    const gateway = await running("--upstream", upstream, "--listen-cert", cert, "--listen-key", key);
    const served = async (authority: Authority): Promise<boolean> => {
      const { address } = gateway;
      const tls = { serverRootCACertificate: authority.certificate };
      const connection = Connection.lazy({ address, tls, interceptors: [] });
      const answer = connection.workflowService.getSystemInfo({}, { deadline: Date.now() + 10_000 });
      return answer
        .then(
          () => true,
          () => false,
        )
        .finally(() => connection.close());
    };
    expect(await served(authorities[0])).toBe(true);
    writeFileSync(cert, second.certificate);
    gateway.touch();
    await expect.poll(gateway.err).toContain("not usable, the old stay in force: tls.key: is not that of");
    expect(await served(authorities[0])).toBe(true);
    writeFileSync(key, second.key);
    gateway.touch();
    await expect.poll(gateway.err).toContain("took the new certificates for callers");
    expect(await served(authorities[0])).toBe(false);
    expect(await served(authorities[1])).toBe(true);
    await gateway.stop();
    await server.close();
  });

  test("takes new tokens when their file changes, and says why it keeps the old when they are not usable", async () => {
    const server = new EmbeddedServer();
    const upstream = (await server.listen()).address;
    const [old, next] = ["token-before-0123456789", "token-afterwards-0123456789"];
    const listOf = (token: string): string => JSON.stringify([{ token, name: "web" }]);
    const file = fileOf(listOf(old));
    const gateway = await running("--upstream", upstream, "--tokens", file, "--quiet");
    const ask = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`http://${gateway.address}/api/v1/namespaces/default`, { headers })).status;
    };
    const changed = async (content: string): Promise<void> => {
      const before = gateway.err();
      if (content === "") rmSync(file);
      else writeFileSync(file, content);
      gateway.touch();
      await expect.poll(gateway.err).not.toBe(before);
    };
    for (const [content, why] of [
      ["", "ENOENT"],
      [listOf(next).slice(2), "is not JSON"],
      ["{}", "must hold a list"],
      ["[1]", "must be a list of objects"],
      [listOf("short"), "at least 16 printable characters"],
      [listOf(next).replace("name", "nam"), "name is not text"],
    ] as const) {
      await changed(content);
      const line = gateway.err().trim().split("\n").at(-1);
      expect(line).toContain("perdure gateway: the new tokens are not usable, the old stay in force: ");
      expect(line).toContain(why);
      expect([await ask(old), await ask(next)]).toEqual([200, 401]);
    }
    await changed(listOf(next));
    expect(gateway.err()).toMatch(/perdure gateway: took the new tokens\n$/);
    expect([await ask(old), await ask(next)]).toEqual([401, 200]);
    await changed("[]");
    expect([await ask(old), await ask(next)]).toEqual([401, 401]);
    expect(gateway.err()).not.toMatch(/token-|short/);
    expect(await gateway.stop()).toBe(0);
    await server.close();
  });

  test("does not serve other machines without knowing callers", async () => {
    expect(await refused("--listen", "0.0.0.0:0")).toContain("say who may call by --tokens");
  });

  test.each([
    [["--listen", "x"], "it must be a port, or host:port"],
    [["--open", "--pass-through"], "give one of them"],
    [["--jwks-url", "http://x"], "--jwks-url needs --jwt-issuer and --jwt-audience"],
    [["--listen-cert", "x"], "--listen-cert and --listen-key must be given together"],
    [["--rps", "0"], "--rps is '0'"],
    [["--max-connections", "many"], "--max-connections is 'many'"],
    [
      ["--jwks-url", "http://x", "--jwt-issuer", "i", "--jwt-audience", "a", "--allow-group", "admin"],
      "--allow-group is 'admin'",
    ],
    [["--forward-metadata", "cookie"], '"cookie" never goes on'],
  ])("%j is refused", async (args, message) => {
    expect(await refused("--listen", "0", ...args)).toContain(message);
  });

  test("a file of tokens that is wrong is refused without showing what is in it", async () => {
    const secret = "s3cr3t";
    for (const content of [
      `{"token": ${secret}`,
      `{"token": "${secret}"}`,
      `[{"token": "${secret}", "name": "a"}]`,
    ]) {
      const err = await refused("--listen", "0", "--tokens", fileOf(content));
      expect(err).toMatch(/tokens/);
      expect(err).not.toContain(secret);
    }
  });
});
