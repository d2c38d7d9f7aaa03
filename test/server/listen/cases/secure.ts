import assert from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { GrpcStatus } from "../../../../src/platform/rpc-port.ts";
import { makeAuthority, makeCertificate } from "../../../transport/certificates.ts";
import { type Fault, failureOf } from "../../../transport/fault.ts";
import { calling, portOf, SYSTEM_INFO, serving } from "../served.ts";

const NOTHING = new Uint8Array(0);
const authority = makeAuthority("Perdure test authority");
const server = makeCertificate(authority, ["temporal.test", "127.0.0.1"]);
const client = makeCertificate(authority, ["client.test"]);
const trusting = { rootCertificates: authority.certificate };

function get(port: number): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: "127.0.0.1",
      path: "/api/v1/system-info",
      ca: Buffer.from(authority.certificate),
    };
    const sent = httpsRequest(options, (answer) => {
      let body = "";
      answer.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      answer.on("end", () => resolve({ status: answer.statusCode, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

export const secure: readonly Fault[] = [
  {
    name: "TLS: gRPC and HTTP/1.1 on one port",
    run: () =>
      serving({ tls: server }, async ({ listener }) => {
        await calling(
          listener.address,
          async (channel) => {
            await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
          },
          { tls: trusting },
        );
        const { status, body } = await get(portOf(listener.address));
        assert.equal(status, 200);
        assert.equal(JSON.parse(body).serverVersion, "1.32.0");
      }),
  },
  {
    name: "TLS: plaintext on the port, and clients that hang up, hurt nobody",
    run: () =>
      serving({ tls: server }, async ({ listener }) => {
        const socket = connect({ port: portOf(listener.address), host: "127.0.0.1" });
        socket.on("error", () => {});
        socket.write("GET / HTTP/1.1\r\n\r\n");
        connect({ port: portOf(listener.address), host: "127.0.0.1" }).destroy();
        await calling(
          listener.address,
          async (channel) => {
            await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
          },
          { tls: trusting },
        );
        socket.destroy();
      }),
  },
  {
    name: "mutual TLS: a client with a certificate is served, one without is not",
    run: () =>
      serving({ tls: { ...server, clientCertificates: authority.certificate } }, async ({ listener }) => {
        await calling(
          listener.address,
          async (channel) => {
            await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
          },
          { tls: { ...trusting, clientCertificate: client } },
        );
        await calling(
          listener.address,
          async (channel) => {
            const error = await failureOf(channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 1_000 }));
            assert.ok(
              error.status === GrpcStatus.UNAVAILABLE || error.status === GrpcStatus.DEADLINE_EXCEEDED,
            );
          },
          { tls: trusting },
        );
      }),
  },
];
