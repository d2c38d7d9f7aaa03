import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GrpcStatus } from "../../src/client/mod.ts";
import type { GatewayAuth } from "../../src/gateway/mod.ts";
import { startRig } from "./harness.ts";

const keys = await generateKeyPair("ES256");
const others = await generateKeyPair("ES256");
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "1", alg: "ES256" }] });
const issuer = createServer((_request, response) => response.end(jwks));
beforeAll(() => new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", () => resolve())));
afterAll(() => new Promise<void>((resolve) => issuer.close(() => resolve())));

const auth = (path = "/jwks"): GatewayAuth => ({
  kind: "jwt",
  jwksUrl: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}${path}`,
  issuer: "https://login.example",
  audience: "temporal",
  caller: ({ sub, namespaces }) =>
    sub === undefined ? undefined : { name: String(sub), namespaces: namespaces as string[] },
});

interface Claims {
  readonly iss?: string;
  readonly aud?: string | null;
  readonly exp?: string | number | null;
  readonly nbf?: number;
  readonly sub?: string;
  readonly key?: CryptoKey;
}

function sign({
  iss = "https://login.example",
  aud = "temporal",
  exp = "5m",
  nbf,
  sub,
  key,
}: Claims): Promise<string> {
  const jwt = new SignJWT({ namespaces: ["default"] })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setIssuer(iss);
  if (aud !== null) jwt.setAudience(aud);
  if (exp !== null) jwt.setExpirationTime(exp);
  if (nbf !== undefined) jwt.setNotBefore(nbf);
  if (sub !== undefined) jwt.setSubject(sub);
  return jwt.sign(key ?? keys.privateKey);
}

test("a token of the issuer lets its caller do what the claims say", async () => {
  await using rig = await startRig({ auth: auth() });
  const { workflowService } = await rig.connect({ apiKey: await sign({ sub: "ann" }) });
  await workflowService.countWorkflowExecutions({ namespace: "default" });
  await expect(workflowService.countWorkflowExecutions({ namespace: "other" })).rejects.toMatchObject({
    status: GrpcStatus.PERMISSION_DENIED,
  });
});

test.each<[string, Claims]>([
  ["of another issuer", { sub: "ann", iss: "https://evil.example" }],
  ["for somebody else", { sub: "ann", aud: "billing" }],
  ["that has expired", { sub: "ann", exp: 1_000 }],
  ["signed by another key", { sub: "ann", key: others.privateKey }],
  ["of nobody", {}],
])("a token %s is UNAUTHENTICATED", async (_, claims) => {
  await using rig = await startRig({ auth: auth() });
  await expect(rig.connect({ apiKey: await sign(claims) })).rejects.toMatchObject({
    cause: { status: GrpcStatus.UNAUTHENTICATED },
  });
  expect(rig.seen.calls).toEqual([]);
});

/** A token of parts that no library would put together. */
async function forged(
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>> = {},
  secret?: Uint8Array,
): Promise<string> {
  const payload = { iss: "https://login.example", aud: "temporal", sub: "ann", namespaces: ["default"] };
  const exp = Math.floor(Date.now() / 1000) + 300;
  const parts = [header, { ...payload, exp, ...claims }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signed = parts.join(".");
  if (secret === undefined) return `${signed}.`;
  const key = await crypto.subtle.importKey(
    "raw",
    Buffer.from(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = await crypto.subtle.sign("HMAC", key, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString("base64url")}`;
}

const ownJwk = async (): Promise<object> => ({
  ...(await exportJWK(others.publicKey)),
  kid: "1",
  alg: "ES256",
});
const published = new TextEncoder().encode(jwks);

test.each<[string, () => Promise<string>]>([
  ["without a signature", () => forged({ alg: "none" })],
  ["without a signature, in another case", () => forged({ alg: "NoNe", typ: "JWT" })],
  ["that says none and names a key", () => forged({ alg: "none", kid: "1" })],
  [
    "signed by what is published, as if it were a secret",
    () => forged({ alg: "HS256", kid: "1" }, {}, published),
  ],
  ["of a key that the issuer has not", () => forged({ alg: "ES256", kid: "2" }, {}, published)],
  [
    "that names a key by a path",
    () => forged({ alg: "HS256", kid: "../../../dev/null" }, {}, new Uint8Array(1)),
  ],
  ["that brings its key", () => signedWith({ jwk: "own" })],
  ["that says where its key is", () => signedWith({ jku: "http://127.0.0.1:1/jwks" })],
  ["that asks for what nobody knows", () => signedWith({ crit: ["exp-ns"], "exp-ns": 1 })],
  ["for later", () => sign({ sub: "ann", nbf: Math.floor(Date.now() / 1000) + 3_600 })],
  ["for ever", () => sign({ sub: "ann", exp: null })],
  ["for nobody", () => sign({ sub: "ann", aud: null })],
  ["of 100,000 characters", async () => `${await sign({ sub: "ann" })}${"A".repeat(30_000)}`],
])("a token %s is UNAUTHENTICATED", async (_, make) => {
  await using rig = await startRig({ auth: auth() });
  await expect(rig.connect({ apiKey: await make() })).rejects.toMatchObject({
    cause: { status: GrpcStatus.UNAUTHENTICATED },
  });
  expect(rig.seen.calls).toEqual([]);
});

/** Signed by a key of somebody else's, with more in its header. */
async function signedWith(more: Readonly<Record<string, unknown>>): Promise<string> {
  const header = { alg: "ES256", kid: "1", ...more, ...(more["jwk"] === "own" && { jwk: await ownJwk() }) };
  const jwt = new SignJWT({ namespaces: ["default"] })
    .setIssuer("https://login.example")
    .setAudience("temporal")
    .setSubject("ann")
    .setExpirationTime("5m");
  if ("crit" in more) {
    const [, payload] = (await sign({ sub: "ann" })).split(".");
    return `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${payload}.AAAA`;
  }
  return jwt.setProtectedHeader(header as { alg: string }).sign(others.privateKey);
}

test("keys are asked for anew at most now and then, however many tokens name others", async () => {
  let asked = 0;
  const counting = createServer((_request, response) => {
    asked += 1;
    response.end(jwks);
  });
  await new Promise<void>((resolve) => counting.listen(0, "127.0.0.1", () => resolve()));
  const { port } = counting.address() as AddressInfo;
  await using rig = await startRig({
    auth: { ...auth(), jwksUrl: `http://127.0.0.1:${port}/` } as GatewayAuth,
  });
  const { workflowService } = await rig.connect({ apiKey: await sign({ sub: "ann" }) });
  await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const authorization = `Bearer ${await forged({ alg: "ES256", kid: `made-up-${n}` }, {}, published)}`;
      const call = workflowService.getClusterInfo({}, { metadata: { authorization } });
      await expect(call).rejects.toMatchObject({ status: GrpcStatus.UNAUTHENTICATED });
    }),
  );
  expect(asked).toBeLessThanOrEqual(2);
  counting.close();
});

test.each(["none", "not.a.token", "a", `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ann"}')}.`])(
  "%s is no token",
  async (token) => {
    await using rig = await startRig({ auth: auth() });
    await expect(rig.connect({ apiKey: token })).rejects.toMatchObject({
      cause: { status: GrpcStatus.UNAUTHENTICATED },
    });
  },
);

test("keys that cannot be had are UNAVAILABLE: no fault of the caller", async () => {
  const away = { ...auth(), jwksUrl: "http://127.0.0.1:1/jwks" };
  await using rig = await startRig({ auth: away });
  const connecting = rig.connect({ apiKey: await sign({ sub: "ann" }), connectTimeout: 3_000 });
  await expect(connecting).rejects.toMatchObject({ cause: { status: GrpcStatus.UNAVAILABLE } });
});
