/** TLS on both sides: callers with certificates, a server that wants one, and new ones while everything runs. */
import assert from "node:assert/strict";
import { Connection, type TLSConfig } from "perdure/client";
import type { GatewayCredentials, GatewayLogEntry } from "perdure/gateway";
import { EmbeddedServer } from "perdure/server";
import { type Certificate, makeAuthority, makeCertificate } from "../../transport/certificates.ts";
import type { Fault } from "../../transport/fault.ts";
import { count, statusOf, withGateway } from "./rig.ts";

const authority = makeAuthority("Perdure test authority");
const another = makeAuthority("Another test authority");
const server = makeCertificate(authority, ["127.0.0.1"]);
const renewed = makeCertificate(another, ["127.0.0.1"]);
const worker = makeCertificate(authority, ["worker.test"]);
const stranger = makeCertificate(another, ["worker.test"]);
const trusting = { serverRootCACertificate: authority.certificate };
const pairOf = ({ certificate, key }: Certificate): { crt: Uint8Array; key: Uint8Array } => ({
  crt: certificate,
  key,
});

/** How one call over a new connection ends. */
async function callBy(address: string, tls: TLSConfig): Promise<number> {
  const connection = Connection.lazy({ address, tls, interceptors: [] });
  try {
    return await statusOf(count(connection, 5_000));
  } finally {
    await connection.close();
  }
}

/** UNAVAILABLE, or DEADLINE_EXCEEDED where a runtime learns of a refusal only by silence. */
function assertShutOut(status: number, who: string): void {
  assert.ok(status === 14 || status === 4, `${who} ended with ${status}`);
}

export const secure: readonly Fault[] = [
  {
    name: "callers by certificate: good ones are served and known by name, none and foreign ones are not",
    run: async () => {
      const entries: GatewayLogEntry[] = [];
      const listen = { tls: { ...server, clientCertificates: authority.certificate } };
      await withGateway({ listen, log: (entry) => entries.push(entry) }, async ({ listener }) => {
        const { address } = listener;
        assert.equal(await callBy(address, { ...trusting, clientCertPair: pairOf(worker) }), 0);
        assert.deepEqual(
          entries.map(({ caller }) => caller),
          ["worker.test"],
        );
        assertShutOut(await callBy(address, trusting), "a caller without a certificate");
        assertShutOut(
          await callBy(address, { ...trusting, clientCertPair: pairOf(stranger) }),
          "a caller with a certificate of somebody else",
        );
        assert.equal(entries.length, 1);
      });
    },
  },
  {
    name: "a function of the user's sees the certificate and may say no",
    run: async () => {
      const seen: GatewayCredentials[] = [];
      const listen = { tls: { ...server, clientCertificates: authority.certificate } };
      const auth = {
        kind: "verify",
        verify: (credentials: GatewayCredentials) => {
          seen.push(credentials);
          const known = credentials.certificate?.names.includes("DNS:worker.test") === true;
          return known ? { name: "worker", namespaces: ["default"] } : undefined;
        },
      } as const;
      await withGateway({ listen, auth }, async ({ listener }) => {
        const clientCertPair = pairOf(worker);
        assert.equal(await callBy(listener.address, { ...trusting, clientCertPair }), 0);
        const other = pairOf(makeCertificate(authority, ["web.test"]));
        assert.equal(await callBy(listener.address, { ...trusting, clientCertPair: other }), 16);
        assert.deepEqual(
          seen.map(({ certificate, address }) => [certificate?.commonName, certificate?.names, address]),
          [
            ["worker.test", ["DNS:worker.test"], "127.0.0.1"],
            ["web.test", ["DNS:web.test"], "127.0.0.1"],
          ],
        );
        assert.match(seen[0]?.certificate?.fingerprint ?? "", /^[0-9a-f]{64}$/);
      });
    },
  },
  {
    name: "to a server that wants a certificate the gateway goes with its own, and with a renewed one",
    run: async () => {
      const behind = new EmbeddedServer();
      const { address } = await behind.listen({
        tls: { ...server, clientCertificates: authority.certificate },
      });
      let pair = pairOf(stranger);
      const tls: TLSConfig = {
        ...trusting,
        get clientCertPair() {
          return pair;
        },
      };
      try {
        await withGateway({ upstream: { address, tls } }, async ({ connect }) => {
          assertShutOut(
            await statusOf(count(connect(), 5_000)),
            "a gateway with a certificate of somebody else",
          );
          pair = pairOf(worker);
          assert.equal(await statusOf(count(connect(), 15_000)), 0);
        });
        await withGateway({ upstream: { address, tls: trusting } }, async ({ connect }) => {
          assertShutOut(await statusOf(count(connect(), 5_000)), "a gateway without a certificate");
        });
        await withGateway({ upstream: { address } }, async ({ connect }) => {
          assertShutOut(await statusOf(count(connect(), 5_000)), "a gateway without TLS");
        });
      } finally {
        await behind.close();
      }
    },
  },
  {
    name: "a new certificate holds for new connections, and those there are go on",
    run: () =>
      withGateway({ auth: { kind: "open" }, listen: { tls: server } }, async ({ listener }) => {
        const { address } = listener;
        const before = Connection.lazy({ address, tls: trusting, interceptors: [] });
        assert.equal(await statusOf(count(before)), 0);
        listener.setTls(renewed);
        assert.equal(await callBy(address, { serverRootCACertificate: another.certificate }), 0);
        assertShutOut(await callBy(address, trusting), "who trusts the old authority");
        assert.equal(await statusOf(count(before)), 0);
        await before.close();
        assert.throws(
          () => listener.setTls({ ...server, clientCertificates: authority.certificate }),
          TypeError,
        );
        assert.throws(() => listener.setTls({ certificate: new Uint8Array(3), key: new Uint8Array(3) }));
        assert.equal(await callBy(address, { serverRootCACertificate: another.certificate }), 0);
      }),
  },
  {
    name: "a port in plaintext takes no certificate",
    run: () =>
      withGateway({}, async ({ listener }) => {
        assert.throws(() => listener.setTls(server), /this port is in plaintext/);
      }),
  },
];
