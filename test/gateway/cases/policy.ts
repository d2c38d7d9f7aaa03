/** Who is let in by signed tokens, how often, from which pages, and what is told of it: the same on every runtime. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { GatewayAuth } from "perdure/gateway";
import type { Fault } from "../../transport/fault.ts";
import { statusOf, TOKEN, withGateway } from "./rig.ts";

const ISSUER = "https://login.example";

/** Runs `use` with an issuer of tokens: what signs, and what a gateway needs to know. */
async function withIssuer(
  use: (
    sign: (claims: { aud?: string; exp?: string; iss?: string; foreign?: boolean }) => Promise<string>,
    auth: GatewayAuth,
  ) => Promise<void>,
): Promise<void> {
  const [keys, foreignKeys] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")]);
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "1", alg: "ES256" }] });
  const server: Server = createServer((_request, response) => void response.end(jwks));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const auth: GatewayAuth = {
      kind: "jwt",
      jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
      issuer: ISSUER,
      audience: "temporal",
      caller: ({ sub }) => (typeof sub === "string" ? { name: sub, namespaces: ["default"] } : undefined),
    };
    await use(
      ({ aud = "temporal", exp = "5m", iss = ISSUER, foreign = false }) =>
        new SignJWT({})
          .setProtectedHeader({ alg: "ES256", kid: "1" })
          .setIssuer(iss)
          .setAudience(aud)
          .setExpirationTime(exp)
          .setSubject("ann")
          .sign(foreign ? foreignKeys.privateKey : keys.privateKey),
      auth,
    );
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

const PROTOCOLS = ["grpc", "grpc-web", "connect", "http-json"] as const;
const operator = {
  kind: "tokens",
  tokens: [
    { token: TOKEN, name: "op", groups: ["read", "operator"] },
    { token: "token-of-another-0123456789", name: "other", requestsPerSecond: 0.000_1 },
  ],
} as const satisfies GatewayAuth;

export const policy: readonly Fault[] = [
  {
    name: "tokens that an issuer signed let in by its keys, over each protocol; others do not",
    run: () =>
      withIssuer((sign, auth) =>
        withGateway({ auth }, async ({ connect }) => {
          const count = (apiKey: string, namespace: string, protocol: (typeof PROTOCOLS)[number] = "grpc") =>
            connect({ apiKey, protocol }).workflowService.countWorkflowExecutions({ namespace });
          const good = await sign({});
          for (const protocol of PROTOCOLS) {
            await count(good, "default", protocol);
            assert.equal(await statusOf(count(good, "other", protocol)), 7);
          }
          for (const bad of [{ foreign: true }, { aud: "other" }, { iss: "https://other" }, { exp: "-5m" }])
            assert.equal(await statusOf(count(await sign(bad), "default")), 16, JSON.stringify(bad));
        }),
      ),
  },
  {
    name: "keys of an issuer that cannot be had are UNAVAILABLE: no fault of the caller",
    run: () =>
      withIssuer(async (sign, auth) => {
        assert.ok(auth.kind === "jwt");
        const gone = { ...auth, jwksUrl: "http://127.0.0.1:1/jwks" };
        await withGateway({ auth: gone }, async ({ connect }) => {
          const { workflowService } = connect({ apiKey: await sign({}) });
          assert.equal(await statusOf(workflowService.getSystemInfo({})), 14);
        });
      }),
  },
  {
    name: "pages of listed origins alone are let in",
    run: () =>
      withGateway({ auth: operator, corsOrigins: ["https://app.example"] }, async ({ listener }) => {
        const url = `http://${listener.address}/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo`;
        const preflight = async (origin: string): Promise<string | null> => {
          const headers = {
            origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
          };
          const { headers: answer } = await fetch(url, { method: "OPTIONS", headers });
          return answer.get("access-control-allow-origin");
        };
        assert.equal(await preflight("https://app.example"), "https://app.example");
        assert.equal(await preflight("https://evil.example"), null);
      }),
  },
  {
    name: "a caller over its rate gets RESOURCE_EXHAUSTED, others are served",
    run: () =>
      withGateway({ auth: operator }, async ({ connect }) => {
        const { workflowService } = connect({ apiKey: "token-of-another-0123456789" });
        const statuses = new Set<number>();
        for (let call = 0; call < 3; call++) statuses.add(await statusOf(workflowService.getSystemInfo({})));
        assert.ok(statuses.has(8), [...statuses].join());
        await connect({ apiKey: TOKEN }).workflowService.getSystemInfo({});
      }),
  },
  {
    name: "health is for all, metrics for operators, and these name methods",
    run: () =>
      withGateway({ auth: operator }, async ({ listener, connect }) => {
        const page = (path: string, token?: string): Promise<Response> =>
          fetch(`http://${listener.address}${path}`, {
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          });
        for (const path of ["/healthz", "/readyz"]) {
          const { status, body } = await page(path);
          await body?.cancel();
          assert.equal(status, 200, path);
        }
        for (const [token, wanted] of [
          [undefined, 401],
          ["nobody-at-all-0123456789", 401],
          ["token-of-another-0123456789", 403],
        ] as const) {
          const { status, body } = await page("/metrics", token);
          await body?.cancel();
          assert.equal(status, wanted, String(token));
        }
        await connect({ apiKey: TOKEN }).workflowService.describeNamespace({ namespace: "default" });
        assert.match(await (await page("/metrics", TOKEN)).text(), /DescribeNamespace/);
      }),
  },
];
