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
  readonly aud?: string;
  readonly exp?: string | number;
  readonly sub?: string;
  readonly key?: CryptoKey;
}

function sign({
  iss = "https://login.example",
  aud = "temporal",
  exp = "5m",
  sub,
  key,
}: Claims): Promise<string> {
  const jwt = new SignJWT({ namespaces: ["default"] })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setIssuer(iss)
    .setAudience(aud)
    .setExpirationTime(exp);
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
  const connecting = rig.connect({ apiKey: await sign({ sub: "ann" }), connectTimeout: 300 });
  await expect(connecting).rejects.toMatchObject({ cause: { status: GrpcStatus.UNAVAILABLE } });
});
