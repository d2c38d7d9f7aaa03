import assert from "node:assert/strict";
import { GrpcStatus, type GrpcTlsOptions } from "../../../src/platform/rpc-port.ts";
import { makeAuthority, makeCertificate } from "../certificates.ts";
import { type Fault, fails, HELLO, PATH, withChannel } from "../fault.ts";
import { startServer, type TestServer } from "../grpc-server.ts";
import { freePort, startProxy } from "../tcp-servers.ts";

const authority = makeAuthority("Perdure test authority");
const stranger = makeAuthority("Somebody else");
const serverCert = makeCertificate(authority, ["temporal.test", "127.0.0.1"]);
const clientCert = makeCertificate(authority, ["client.test"]);

const TRUSTING: GrpcTlsOptions = { rootCertificates: authority.certificate };
const REJECTED = { status: GrpcStatus.UNAVAILABLE, reason: "connect-rejected" } as const;

function startTls(more: { requestCert?: boolean } = {}): Promise<TestServer> {
  return startServer(({ ok, headers }) => ok(Buffer.from(String(headers[":authority"]))), {
    tls: {
      cert: Buffer.from(serverCert.certificate),
      key: Buffer.from(serverCert.key),
      ca: Buffer.from(authority.certificate),
      ...(more.requestCert && { requestCert: true, rejectUnauthorized: true }),
    },
  });
}

async function say(address: string, tls: GrpcTlsOptions | undefined): Promise<string> {
  let text = "";
  await withChannel(address, { tls }, async (channel) => {
    const { bytes } = await channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
    text = new TextDecoder().decode(bytes);
  });
  return text;
}

async function refused(address: string, tls: GrpcTlsOptions | undefined, details: RegExp): Promise<void> {
  await withChannel(address, { tls }, async (channel) => {
    await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), { ...REJECTED, details });
  });
}

export const secure: readonly Fault[] = [
  {
    name: "TLS to an address, TLS to a name given instead",
    run: async () => {
      const server = await startTls();
      assert.equal(await say(server.address, TRUSTING), server.address);
      assert.equal(await say(server.address, { ...TRUSTING, serverName: "temporal.test" }), "temporal.test");
      await server.close();
    },
  },
  {
    name: "TLS with an authority that is not trusted",
    run: async () => {
      const server = await startTls();
      await refused(
        server.address,
        { rootCertificates: stranger.certificate },
        /certificate|issuer|verif|signature|Issuer/i,
      );
      await refused(server.address, {}, /certificate|issuer|verif|Issuer/i);
      await server.close();
    },
  },
  {
    name: "TLS with a name that the certificate does not have",
    run: async () => {
      const server = await startTls();
      await refused(
        server.address,
        { ...TRUSTING, serverName: "other.test" },
        /other\.test|NotValidForName|altnames/i,
      );
      await server.close();
    },
  },
  {
    name: "TLS options that are not PEM",
    run: async () => {
      const server = await startTls({ requestCert: true });
      const key = Buffer.from("no key");
      const tls = { ...TRUSTING, clientCertificate: { certificate: clientCert.certificate, key } };
      await refused(server.address, tls, /TLS/);
      await server.close();
    },
  },
  {
    name: "mutual TLS, with and without a certificate",
    run: async () => {
      const server = await startTls({ requestCert: true });
      const tls = { ...TRUSTING, clientCertificate: clientCert };
      assert.equal(await say(server.address, tls), server.address);
      await withChannel(server.address, { tls: TRUSTING }, async (channel) => {
        const call = channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
        const error = await call.then(
          () => assert.fail("let in without a certificate"),
          (reason: { status: number; details: string }) => reason,
        );
        assert.equal(error.status, GrpcStatus.UNAVAILABLE, error.details);
        assert.match(error.details, /certificate|handshake/i);
      });
      await server.close();
    },
  },
  {
    name: "TLS to a plaintext port",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      await refused(server.address, TRUSTING, /plaintext/);
      await server.close();
    },
  },
  {
    name: "plaintext to a TLS port",
    run: async () => {
      const server = await startTls();
      await withChannel(server.address, {}, async (channel) => {
        const expected = {
          status: GrpcStatus.UNAVAILABLE,
          reason: "connect-failed",
          details: /does it want TLS/,
        } as const;
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), expected);
      });
      await server.close();
    },
  },
  {
    name: "through a proxy, plaintext and TLS, with a password",
    run: async () => {
      const heads: string[] = [];
      const expected = `Proxy-Authorization: Basic ${Buffer.from("user:pass word").toString("base64")}`;
      const proxy = await startProxy((head) => {
        heads.push(head);
        return head.includes(expected) ? undefined : "407 Proxy Authentication Required";
      });
      const options = {
        proxy: { address: proxy.address, basicAuth: { username: "user", password: "pass word" } },
      };
      for (const [server, tls] of [
        [await startServer(({ ok }) => ok()), undefined],
        [await startTls(), TRUSTING],
      ] as const) {
        await withChannel(server.address, { ...options, tls }, async (channel) => {
          const { bytes } = await channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
          assert.ok(bytes.length > 0);
        });
        assert.match(
          heads.at(-1) ?? "",
          new RegExp(`^CONNECT ${server.address.replaceAll(".", "\\.")} HTTP/1.1\r\n`),
        );
        await server.close();
      }
      await proxy.close();
    },
  },
  {
    name: "a proxy whose answer and the server's first bytes come together",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      const proxy = await startProxy(() => undefined, { together: true });
      await withChannel(server.address, { proxy: { address: proxy.address } }, async (channel) => {
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
      });
      await proxy.close();
      await server.close();
    },
  },
  {
    name: "a proxy that refuses, one that fails, and one that is not there",
    run: async () => {
      const outcomes = [
        ["407 Proxy Authentication Required", "connect-rejected"],
        ["403 Forbidden", "connect-rejected"],
        ["502 Bad Gateway", "connect-failed"],
      ] as const;
      for (const [line, reason] of outcomes) {
        const proxy = await startProxy(() => line);
        await withChannel("temporal.test:7233", { proxy: { address: proxy.address } }, async (channel) => {
          const expected = { status: GrpcStatus.UNAVAILABLE, reason, details: new RegExp(line) };
          await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), expected);
        });
        await proxy.close();
      }
      const proxy = { address: `127.0.0.1:${await freePort()}` };
      await withChannel("temporal.test:7233", { proxy }, async (channel) => {
        const expected = { status: GrpcStatus.UNAVAILABLE, reason: "connect-failed" } as const;
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), expected);
      });
    },
  },
];
