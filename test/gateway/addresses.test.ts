import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../src/client/mod.ts";
import { AddressLimits, networkOf } from "../../src/gateway/address-limits.ts";
import { createGateway, type GatewayCredentials, type GatewayLogEntry } from "../../src/gateway/mod.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";
import { startRig } from "./harness.ts";

const TOKEN = "token-of-one-0123456789";
const COUNT = "/api/v1/namespaces/default/workflow-count";
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The status of a GET under a name of the test's own, which `fetch` would not let it choose. */
function fetchAs(address: string, host: string, path: string): Promise<number> {
  const [hostname, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers: { host } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("before it is known who calls", () => {
  test("an address that fails too often is not looked at any more, but for who was let in before", async () => {
    let asked = 0;
    await using rig = await startRig({
      auth: {
        kind: "verify",
        verify: ({ bearer }) => {
          asked += 1;
          return bearer?.startsWith(TOKEN) ? { name: "one", groups: ["read", "operator"] } : undefined;
        },
      },
      limits: { failuresPerMinutePerAddress: 5 },
    });
    const base = `http://${rig.listener.address}`;
    const status = async (token: string, path = COUNT): Promise<number> =>
      (await fetch(base + path, { headers: bearer(token) })).status;
    expect(await status(TOKEN)).toBe(200);
    for (let n = 0; n < 3; n++) expect(await status(`guess-${n}`)).toBe(401);
    // The pages are no way around it.
    for (let n = 0; n < 2; n++) expect(await status(`guess-more-${n}`, "/metrics")).toBe(401);
    const before = asked;
    expect(await status("guess-5")).toBe(429);
    expect(await status("guess-6", "/metrics")).toBe(429);
    // A new one, even if it is good, cannot be told from a guess without looking.
    expect(await status(`${TOKEN}-new`)).toBe(429);
    expect(asked).toBe(before);
    expect(await status(TOKEN)).toBe(200);
    expect(rig.seen.of("CountWorkflowExecutions")).toHaveLength(2);
  });

  test("tries come back with time, addresses and good tokens are forgotten, and IPv6 counts by network", () => {
    const limits = new AddressLimits({ failuresPerMinutePerAddress: 2 });
    const admitted = (address: string, token: string | undefined, now: number): boolean => {
      try {
        limits.admit(address, token, now);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ status: GrpcStatus.RESOURCE_EXHAUSTED });
        return false;
      }
    };
    for (const last of ["1", "2", "3"]) limits.failed(`2001:db8::${last}`, undefined, 0);
    expect(admitted("2001:db8:0:0:ffff::9", "t", 0)).toBe(false);
    expect(admitted("2001:db8:0:1::9", "t", 0)).toBe(true);
    expect(admitted("2001:db8::1", "t", 31_000)).toBe(true);
    limits.failed("10.0.0.1", undefined, 40_000);
    limits.failed("10.0.0.1", undefined, 40_000);
    expect(admitted("::ffff:10.0.0.1", "good", 40_000)).toBe(false);
    limits.succeeded("good");
    expect(admitted("10.0.0.1", "good", 40_000)).toBe(true);
    expect(admitted("10.0.0.1", undefined, 40_000)).toBe(false);
    // No longer good: no better than a guess.
    limits.failed("10.0.0.1", "good", 40_000);
    expect(admitted("10.0.0.1", "good", 40_000)).toBe(false);
    limits.succeeded("good");
    for (let n = 0; n <= 10_000; n++) {
      limits.succeeded(`other-${n}`);
      limits.failed(`host-${n}`, undefined, 40_000);
    }
    expect(admitted("10.0.0.1", "good", 40_000)).toBe(true);
    limits.failed("10.0.0.1", undefined, 40_000);
    limits.failed("10.0.0.1", undefined, 40_000);
    expect(admitted("10.0.0.1", "good", 40_000)).toBe(false);
  });

  test.each([
    [undefined, "unknown"],
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["::1", "::1"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("the network of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test("a rate per address holds for those whom nobody knows, too", async () => {
    await using rig = await startRig({
      auth: { kind: "verify", verify: () => undefined },
      limits: { requestsPerSecondPerAddress: 3 },
    });
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await fetch(`http://${rig.listener.address}${COUNT}`)).status),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(3);
  });
});

describe("where nobody is known", () => {
  test.each(["open", "pass-through"] as const)("with %s each address has limits of its own", async (kind) => {
    const entries: GatewayLogEntry[] = [];
    await using rig = await startRig({
      auth: { kind },
      limits: { requestsPerSecondPerCaller: 1 },
      clientAddressHeader: "x-forwarded-for",
      log: (entry) => entries.push(entry),
    });
    const status = async (from: string): Promise<number> => {
      const headers = { "x-forwarded-for": from };
      return (await fetch(`http://${rig.listener.address}${COUNT}`, { headers })).status;
    };
    // What stands before the last the caller may have made up.
    expect(await status("1.1.1.1, 10.0.0.1")).toBe(200);
    expect(await status("2.2.2.2, 10.0.0.1")).toBe(429);
    expect(await status("10.0.0.2")).toBe(200);
    expect(entries.map(({ address, caller }) => [address, caller])).toEqual([
      ["10.0.0.1", "10.0.0.1"],
      ["10.0.0.1", "10.0.0.1"],
      ["10.0.0.2", "10.0.0.2"],
    ]);
  });

  test("a header nobody named says nothing", async () => {
    const seen: GatewayCredentials[] = [];
    await using rig = await startRig({
      auth: {
        kind: "verify",
        verify: (credentials) => {
          seen.push(credentials);
          return { name: "one" };
        },
      },
    });
    const connection = await rig.connect({ metadata: { "x-forwarded-for": "1.1.1.1" } });
    await connection.workflowService.countWorkflowExecutions({ namespace: "default" });
    await fetch(`http://${rig.listener.address}${COUNT}`, { headers: { "x-forwarded-for": "1.1.1.1" } });
    expect(new Set(seen.map(({ address }) => address))).toEqual(new Set(["127.0.0.1"]));
  });

  test.each([
    ["Deno", { remoteAddr: { transport: "tcp", hostname: "10.0.0.7", port: 1 } }],
    ["Bun", { requestIP: () => ({ address: "10.0.0.7", family: "IPv4", port: 1 }) }],
  ])("as a handler for %s it is told the address", async (_, info) => {
    const entries: GatewayLogEntry[] = [];
    await using rig = await startRig({ auth: { kind: "open" }, log: (entry) => entries.push(entry) });
    await rig.gateway.fetch(new Request(`http://gateway.example${COUNT}`), info);
    await rig.gateway.fetch(new Request(`http://gateway.example${COUNT}`));
    expect(entries.map(({ address }) => address)).toEqual(["10.0.0.7", undefined]);
  });

  test("with pass-through the gateway has no key of its own, by which anybody could call", () => {
    for (const upstream of [{ apiKey: "secret-key" }, { metadata: { Authorization: "Bearer secret-key" } }]) {
      const make = (): unknown => createGateway({ auth: { kind: "pass-through" }, upstream });
      expect(make).toThrow(/upstream: an API key of the gateway's own/);
      expect(make).not.toThrow(/secret-key/);
    }
  });
});

describe("on this machine only", () => {
  test("a name of somebody's site that means 127.0.0.1 is refused, whatever is asked for", async () => {
    await using rig = await startRig();
    const asked = (host: string, path: string): Promise<number> => fetchAs(rig.listener.address, host, path);
    const port = rig.listener.address.split(":").at(-1);
    for (const path of [COUNT, "/metrics", "/healthz"]) {
      for (const host of [
        `evil.example:${port}`,
        "evil.example",
        `localhost.evil.example:${port}`,
        "127.0.0.1.nip.io",
      ]) {
        expect(await asked(host, path), `${host}${path}`).toBe(403);
      }
      for (const host of [
        `localhost:${port}`,
        `127.0.0.1:${port}`,
        `[::1]:${port}`,
        "app.localhost",
        "LOCALHOST",
      ]) {
        expect(await asked(host, path), `${host}${path}`).toBe(200);
      }
    }
    expect(rig.seen.of("CountWorkflowExecutions")).toHaveLength(5);
  });

  test("names whose origins are listed are good; so is any where other machines may come", async () => {
    await using rig = await startRig({ corsOrigins: ["https://temporal.test"] });
    expect(await fetchAs(rig.listener.address, "temporal.test:8080", COUNT)).toBe(200);
    expect(await fetchAs(rig.listener.address, "other.test:8080", COUNT)).toBe(403);
    const gateway = createGateway({ auth: { kind: "open", allowRemote: true } });
    const { address } = await gateway.listen({ host: "0.0.0.0" });
    expect(await fetchAs(address.replace("0.0.0.0", "127.0.0.1"), "temporal.internal", "/healthz")).toBe(200);
    await gateway.close();
  });

  test("the embedded server, which knows no callers at all, looks at names too", async () => {
    const server = new EmbeddedServer();
    const { address } = await server.listen();
    expect(await fetchAs(address, "evil.example", "/api/v1/system-info")).toBe(403);
    expect(await fetchAs(address, "localhost", "/api/v1/system-info")).toBe(200);
    await server.close();
  });
});
