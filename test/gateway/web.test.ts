import { connect as connectSocket } from "node:net";
import { describe, expect, test } from "vitest";
import { Client, Connection } from "../../src/client/mod.ts";
import { createGateway } from "../../src/gateway/mod.ts";
import { framed, rawCalls } from "../server/listen/raw-call.ts";
import { startRig } from "./harness.ts";

const TOKEN = "token-of-one-0123456789";
const auth = {
  kind: "tokens",
  tokens: [{ token: TOKEN, name: "one", namespaces: ["default"] }],
} as const;
const COUNT = "/api/v1/namespaces/default/workflow-count";
const RPC = "/temporal.api.workflowservice.v1.WorkflowService/CountWorkflowExecutions";
const bearer = { authorization: `Bearer ${TOKEN}` };

/** What a server answers to bytes that no HTTP library would send. */
function rawHttp(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

const portOf = (address: string): number => Number(address.split(":").at(-1));

describe("web pages", () => {
  test("only those of listed origins may call, and they may read the answer", async () => {
    const corsOrigins = ["https://app.example"];
    await using rig = await startRig({ auth, corsOrigins, forwardMetadata: ["x-tenant"] });
    const url = `http://${rig.listener.address}${COUNT}`;
    const good = await fetch(url, { headers: { ...bearer, origin: "https://app.example" } });
    expect(good.status).toBe(200);
    expect(good.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(good.headers.get("vary")).toBe("origin");
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: { origin: "https://app.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    // All that the gateway hands on, a page may send; and what says why a call was refused, it may read.
    for (const name of ["authorization", "traceparent", "x-request-id", "x-tenant"])
      expect(preflight.headers.get("access-control-allow-headers")).toContain(name);
    for (const name of ["retry-after", "x-resource-exhausted-cause"])
      expect(good.headers.get("access-control-expose-headers")).toContain(name);
    const seen = rig.seen.calls.length;
    const bad = await fetch(url, { headers: { ...bearer, origin: "https://evil.example" } });
    expect(bad.status).toBe(403);
    expect(rig.seen.calls).toHaveLength(seen);
  });

  test("each protocol has its own form of a refusal", async () => {
    await using rig = await startRig({ auth });
    const base = `http://${rig.listener.address}`;
    const foreign = await fetch(`${base}/api/v1/namespaces/other/workflow-count`, { headers: bearer });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({
      code: 7,
      details: [{ "@type": "type.googleapis.com/temporal.api.errordetails.v1.PermissionDeniedFailure" }],
    });
    const connect = await fetch(base + RPC, {
      method: "POST",
      headers: { ...bearer, "content-type": "application/json" },
      body: '{"namespace":"other"}',
    });
    expect(connect.status).toBe(403);
    expect(await connect.json()).toMatchObject({
      code: "permission_denied",
      details: [{ type: "temporal.api.errordetails.v1.PermissionDeniedFailure" }],
    });
    const nobody = await fetch(base + COUNT);
    expect(nobody.status).toBe(401);
  });
});

describe("header smuggling", () => {
  test("names of trust between servers do not get in by any spelling", async () => {
    await using rig = await startRig({ auth });
    const names = [
      "caller-name",
      "caller-type",
      "call-initiation",
      "temporal-principal-name",
      "x-forwarded-for",
    ];
    const spelled = names.flatMap((name) => [
      [name, "admin"],
      [`Grpc-Metadata-${name}`, "admin"],
      [name.toUpperCase(), "admin"],
    ]);
    await fetch(`http://${rig.listener.address}${COUNT}`, {
      headers: [...spelled, ["authorization", bearer.authorization]] as [string, string][],
    });
    const request = framed(Uint8Array.from([0x0a, 7, ...new TextEncoder().encode("default")]));
    await rawCalls(portOf(rig.listener.address), [
      {
        path: RPC,
        body: request,
        headers: { ...bearer, ...Object.fromEntries(names.map((n) => [n, "admin"])) },
      },
    ]);
    const calls = rig.seen.of("CountWorkflowExecutions");
    expect(calls).toHaveLength(2);
    for (const { options } of calls) {
      expect(Object.keys(options.metadata ?? {}).filter((name) => names.includes(name))).toEqual([]);
      expect(JSON.stringify(options.metadata)).not.toMatch(/admin|token-of/);
    }
  });

  test("a second authorization does not make a caller of the first", async () => {
    await using rig = await startRig({ auth });
    const answer = await rawHttp(
      portOf(rig.listener.address),
      `GET ${COUNT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(rig.seen.calls).toEqual([]);
  });

  test.each([
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   "],
    ["a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"],
    ["a header folded over lines", "X-A: b\r\n c: d\r\nContent-Length : 5\r\n\r\n{}   "],
  ])("a request with %s is refused", async (_, rest) => {
    await using rig = await startRig({ auth });
    const head = `POST ${RPC} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`;
    const answer = await rawHttp(portOf(rig.listener.address), head + rest);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(rig.seen.calls).toEqual([]);
  });

  test("headers too large are refused, and the gateway goes on", async () => {
    await using rig = await startRig({ auth });
    const answer = await rawHttp(
      portOf(rig.listener.address),
      `GET ${COUNT} HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"a".repeat(100_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await fetch(`http://${rig.listener.address}${COUNT}`, { headers: bearer })).status).toBe(200);
  });
});

describe("as a fetch handler", () => {
  test.each(["grpc-web", "connect", "http-json"] as const)("a client works over %s", async (protocol) => {
    await using rig = await startRig({ auth });
    const connection = await Connection.connect({
      protocol,
      address: "https://gateway.example",
      apiKey: TOKEN,
      fetch: (input, init) => rig.gateway.fetch(new Request(input, init)),
    });
    const client = new Client({ connection });
    const handle = await client.workflow.start("order", { taskQueue: "q", workflowId: "fetched" });
    expect((await handle.describe()).workflowId).toBe("fetched");
    await connection.close();
  });

  test("pages, bodies too large, and gRPC, which it cannot serve", async () => {
    await using rig = await startRig({ auth, maxRequestBytes: 1_000 });
    const call = (path: string, init?: RequestInit): Promise<Response> =>
      rig.gateway.fetch(new Request(`https://gateway.example${path}`, init));
    expect(await (await call("/readyz")).text()).toBe("ok\n");
    const large = await call(RPC, {
      method: "POST",
      headers: { ...bearer, "content-type": "application/proto" },
      body: new Uint8Array(1_000_000),
    });
    expect(large.status).toBe(429);
    const grpc = await call(RPC, { method: "POST", headers: { "content-type": "application/grpc" } });
    expect(grpc.status).toBe(415);
    expect(await grpc.json()).toMatchObject({ message: expect.stringContaining("use gRPC-Web or Connect") });
    expect(rig.seen.of("CountWorkflowExecutions")).toEqual([]);
  });

  test("it is for those who say who may call", async () => {
    const gateway = createGateway();
    expect(() => gateway.fetch).toThrow(TypeError);
    await gateway.close();
  });
});
