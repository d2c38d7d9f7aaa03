/** More connections than the gateway takes: they are told so, those there are go on, and there is room again when they leave. */
import assert from "node:assert/strict";
import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Connection } from "perdure/client";
import type { GatewayLogEntry } from "perdure/gateway";
import { makeAuthority, makeCertificate } from "../../transport/certificates.ts";
import { type Fault, until, within } from "../../transport/fault.ts";
import { count, errorOf, type Rig, statusOf, withGateway } from "./rig.ts";

const GUARD_MS = 60_000;
const REQUEST = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
const authority = makeAuthority("Perdure test authority");
const server = makeCertificate(authority, ["127.0.0.1"]);

const portOf = ({ listener }: Rig): number => Number(listener.address.split(":").at(-1));
const metric = ({ gateway }: Rig, name: string): number =>
  Number(new RegExp(`^perdure_gateway_${name} (\\d+)$`, "m").exec(gateway.metrics())?.[1]);
const openOf = (rig: Rig): number => metric(rig, "connections");
const refusedOf = (rig: Rig): number => metric(rig, "connections_refused_total");

/** Opens a connection that says nothing. */
function silent(rig: Rig, secure: boolean): Socket {
  const to = { port: portOf(rig), host: "127.0.0.1" };
  const socket = secure ? connectTls({ ...to, ca: Buffer.from(authority.certificate) }) : connectSocket(to);
  socket.on("error", () => {});
  socket.resume();
  return socket;
}

/** All that is answered to a request until the connection closes. */
function answerTo(socket: Socket, request: string): Promise<string> {
  let answer = "";
  socket.on("data", (chunk: Buffer) => {
    answer += chunk.toString("latin1");
  });
  socket.write(request);
  return within(
    GUARD_MS,
    new Promise((resolve) => socket.on("close", () => resolve(answer))),
    "the end of the connection",
  );
}

const guarded = (condition: () => boolean, what: string): Promise<void> => until(condition, what, GUARD_MS);

/** Two connections are all that there may be. */
function full(secure: boolean): () => Promise<void> {
  return async () => {
    const entries: GatewayLogEntry[] = [];
    const listen = { maxConnections: 2, ...(secure && { tls: server }) };
    await withGateway(
      { listen, auth: { kind: "open" }, log: (entry) => entries.push(entry) },
      async (rig) => {
        const { address } = rig.listener;
        const tls = secure && { serverRootCACertificate: authority.certificate };
        const early = Connection.lazy({ address, tls, interceptors: [] });
        assert.equal(await statusOf(count(early, GUARD_MS)), 0);
        const second = silent(rig, secure);
        await guarded(() => openOf(rig) === 2, "the second connection");

        const answer = await answerTo(silent(rig, secure), REQUEST);
        assert.match(answer, /^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*2 connections are open/s);
        const late = Connection.lazy({ address, tls, interceptors: [] });
        const error = await errorOf(count(late, GUARD_MS));
        assert.equal(error?.status, 14, `the late one: ${error?.details}`);

        assert.equal(openOf(rig), 2);
        assert.ok(refusedOf(rig) >= 2, `${refusedOf(rig)} were refused`);
        const told = entries.filter(({ path }) => path === "connection");
        assert.equal(told[0]?.address, "127.0.0.1");
        assert.equal(told[0]?.status, 8);
        assert.match(told[0]?.error ?? "", /maxConnections/);
        assert.equal(await statusOf(count(early, GUARD_MS)), 0, "who was there is served");

        second.destroy();
        await guarded(() => openOf(rig) === 1, "the end of the second connection");
        assert.equal(await statusOf(count(late, GUARD_MS)), 0, "there is room again");
        await early.close();
        await late.close();
        await guarded(() => openOf(rig) === 0, "the end of all");
      },
    );
  };
}

export const crowds: readonly Fault[] = [
  { name: "one connection more than there may be is told so, in plaintext", run: full(false) },
  { name: "one connection more than there may be is told so, over TLS", run: full(true) },
  {
    name: "of very many most are cut at once, with one line in the log, and others are served when they have gone",
    run: async () => {
      const entries: GatewayLogEntry[] = [];
      await withGateway(
        { listen: { maxConnections: 1 }, log: (entry) => entries.push(entry) },
        async (rig) => {
          const first = silent(rig, false);
          await guarded(() => openOf(rig) === 1, "the first connection");
          let cut = 0;
          const many = Array.from({ length: 300 }, () => {
            const socket = silent(rig, false);
            socket.on("close", () => {
              cut += 1;
            });
            return socket;
          });
          // What says nothing is not told anything yet: only for want of room does it end.
          await guarded(() => refusedOf(rig) >= 300, "the refusals");
          await guarded(() => cut >= 300 - 64, "the end of those that nobody listens to");
          assert.equal(openOf(rig), 1);
          for (const socket of [first, ...many]) socket.destroy();
          await guarded(() => openOf(rig) === 0, "the end of the first");
          assert.equal(await statusOf(count(rig.connect(), GUARD_MS)), 0);
          assert.ok(entries.filter(({ path }) => path === "connection").length <= 7);
        },
      );
    },
  },
  {
    name: "a limit that is no number of connections is refused",
    run: async () => {
      for (const maxConnections of [0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await withGateway({}, async ({ gateway }) => {
          await assert.rejects(
            gateway.listen({ maxConnections }),
            /maxConnections: .* is not a whole number/,
          );
        });
      }
    },
  },
];
