import assert from "node:assert/strict";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { type Fault, fails, HELLO, PATH, PROMPT_MS, signal, until, withChannel, within } from "../fault.ts";
import { startFrameServer } from "../frame-server.ts";
import { type ServerCall, startServer } from "../grpc-server.ts";
import { freePort, startParrot, startRelay, startSilent } from "../tcp-servers.ts";

const LOST = { status: GrpcStatus.UNAVAILABLE, reason: "connection-lost" } as const;
const NOT_CONNECTED = { status: GrpcStatus.UNAVAILABLE, reason: "connect-failed" } as const;

/** A reset of the first call by a code. */
function reset(code: number, name: string, expected: { status: GrpcStatus; details?: RegExp }): Fault {
  return {
    name: `RST_STREAM ${name}`,
    run: async () => {
      const server = await startFrameServer(({ peer, streamId }) => peer.reset(streamId, code));
      await withChannel(server.address, {}, async (channel) => {
        const call = channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
        const error = await fails(call, {
          ...expected,
          reason: code === 0 ? "connection-lost" : "stream-reset",
        });
        if (code !== 0) assert.equal(error.http2ErrorCode, code);
        assert.equal(channel.stats.sessions, 1);
      });
      await server.close();
    },
  };
}

export const connections: readonly Fault[] = [
  {
    name: "GOAWAY under a call: it is finished, the next one goes elsewhere",
    run: async () => {
      const server = await startServer(({ number, session, ok }) => {
        if (number > 1) return ok();
        session.goaway(0);
        setTimeout(ok, 100);
      });
      await withChannel(server.address, {}, async (channel) => {
        const first = channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
        await until(() => server.seen() === 1 && channel.stats.sessions === 1, "the first session");
        assert.equal((await first).bytes.length, HELLO.length);
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
        assert.equal(server.seen(), 2);
        await until(() => server.sessions.size === 1, "the end of the first session");
      });
      await server.close();
    },
  },
  {
    name: "GOAWAY that names a last stream: the call after it is sent again",
    run: async () => {
      const server = await startFrameServer(({ number, streamId, peer }) => {
        if (number === 2) peer.goaway(streamId - 2, 0);
        else peer.ok(streamId, HELLO);
      });
      await withChannel(server.address, {}, async (channel) => {
        for (let call = 0; call < 3; call++) {
          assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
        }
        assert.equal(server.seen(), 2);
      });
      await server.close();
    },
  },
  {
    name: "GOAWAY with an error: the call fails and names it, the next one succeeds",
    run: async () => {
      const server = await startFrameServer(({ number, streamId, peer }) => {
        if (number > 1) return peer.ok(streamId, HELLO);
        peer.goaway(streamId, 11, "too_many_pings");
        setTimeout(peer.hangUp, 50);
      });
      await withChannel(server.address, {}, async (channel) => {
        const call = channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
        await fails(call, { ...LOST, details: /ENHANCE_YOUR_CALM \(too_many_pings\)/ });
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
      });
      await server.close();
    },
  },
  {
    name: "forty calls under a GOAWAY are all answered",
    run: async () => {
      const held: ServerCall[] = [];
      const server = await startServer((call) => {
        if (held.length === 40) return call.ok();
        held.push(call);
        if (held.length < 40) return;
        call.session.goaway(0);
        setTimeout(() => {
          for (const each of held) each.ok();
        }, 50);
      });
      await withChannel(server.address, {}, async (channel) => {
        const calls = Array.from({ length: 40 }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 }));
        await Promise.all(calls);
        await channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
        assert.equal(server.seen(), 2);
      });
      await server.close();
    },
  },
  {
    name: "the connection is cut under a call",
    run: async () => {
      const server = await startServer(({ number, session, ok }) => (number > 1 ? ok() : session.destroy()));
      await withChannel(server.address, {}, async (channel) => {
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), LOST);
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
      });
      await server.close();
    },
  },
  {
    name: "the connection is cut in the middle of an answer",
    run: async () => {
      const server = await startServer(({ stream }) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        stream.write(Buffer.from([0, 0, 0, 0, 100, 1, 2, 3]));
      });
      const relay = await startRelay(server.port);
      await withChannel(relay.address, {}, async (channel) => {
        const failed = fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), LOST);
        await until(() => server.seen() === 1, "the session");
        setTimeout(relay.cut, 50);
        await failed;
      });
      await relay.close();
      await server.close();
    },
  },
  reset(0, "NO_ERROR, without an answer", { status: GrpcStatus.UNAVAILABLE }),
  reset(2, "INTERNAL_ERROR", { status: GrpcStatus.INTERNAL, details: /RST_STREAM INTERNAL_ERROR/ }),
  reset(8, "CANCEL, which nobody here asked for", { status: GrpcStatus.UNAVAILABLE }),
  reset(11, "ENHANCE_YOUR_CALM", { status: GrpcStatus.RESOURCE_EXHAUSTED }),
  reset(12, "INADEQUATE_SECURITY", { status: GrpcStatus.PERMISSION_DENIED }),
  reset(7, "REFUSED_STREAM, twice", { status: GrpcStatus.UNAVAILABLE, details: /REFUSED_STREAM/ }),
  {
    name: "RST_STREAM REFUSED_STREAM, once: the call is sent again",
    run: async () => {
      const server = await startFrameServer(({ number, streamId, peer }) => {
        if (number === 1) peer.reset(streamId, 7);
        else peer.ok(streamId, HELLO);
      });
      await withChannel(server.address, {}, async (channel) => {
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
      });
      await server.close();
    },
  },
  {
    name: "a black hole under a call: its deadline holds",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      const relay = await startRelay(server.port);
      await withChannel(relay.address, {}, async (channel) => {
        await channel.unary(PATH, HELLO, {});
        relay.freeze();
        const expected = { status: GrpcStatus.DEADLINE_EXCEEDED, reason: "deadline" } as const;
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 200 }), expected);
        relay.thaw();
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
      });
      await relay.close();
      await server.close();
    },
  },
  {
    name: "a black hole under a call without deadline: PINGs find it",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      const relay = await startRelay(server.port);
      await withChannel(
        relay.address,
        { keepAlive: { intervalMs: 100, timeoutMs: 2_000 } },
        async (channel) => {
          await channel.unary(PATH, HELLO, {});
          relay.freeze();
          await fails(channel.unary(PATH, HELLO, {}), {
            ...LOST,
            details: /no answer to an HTTP\/2 PING/,
          });
          relay.thaw();
          assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
        },
      );
      await relay.close();
      await server.close();
    },
  },
  {
    name: "a peer that freezes when idle, then hangs up when the call is on its way",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      const relay = await startRelay(server.port);
      await withChannel(
        relay.address,
        { keepAlive: { intervalMs: 100, timeoutMs: 8_000 } },
        async (channel) => {
          await channel.unary(PATH, HELLO, {});
          relay.freeze();
          await new Promise((resolve) => setTimeout(resolve, 250));
          const failed = fails(channel.unary(PATH, HELLO, {}), LOST);
          setTimeout(relay.cut, 100);
          setTimeout(relay.thaw, 150);
          await failed;
          assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
        },
      );
      await relay.close();
      await server.close();
    },
  },
  {
    name: "a peer that takes the connection and never speaks",
    run: async () => {
      const server = await startSilent();
      await withChannel(server.address, { connectTimeoutMs: 200 }, async (channel) => {
        const expected = { ...NOT_CONNECTED, details: /within 200 ms/ };
        await fails(channel.unary(PATH, HELLO, {}), expected);
      });
      await withChannel(server.address, {}, async (channel) => {
        const call = channel.unary(PATH, HELLO, { timeoutMs: 150 });
        const expected = { status: GrpcStatus.DEADLINE_EXCEEDED, reason: "deadline" } as const;
        await fails(call, { ...expected, details: /without a connection/ });
      });
      await server.close();
    },
  },
  {
    name: "a peer that speaks HTTP/1.1",
    run: async () => {
      const server = await startParrot("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
      await withChannel(server.address, {}, async (channel) => {
        await fails(channel.unary(PATH, HELLO, {}), { ...NOT_CONNECTED, details: /did not begin HTTP\/2/ });
      });
      await server.close();
    },
  },
  {
    name: "a port that nobody listens on",
    run: async () => {
      await withChannel(`127.0.0.1:${await freePort()}`, {}, async (channel) => {
        const calls = Array.from({ length: 10 }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 }));
        for (const call of calls) await fails(call, { ...NOT_CONNECTED, details: /127\.0\.0\.1.*refused/i });
      });
    },
  },
  {
    name: "a name that does not exist",
    run: () =>
      withChannel("perdure.invalid:7233", {}, async (channel) => {
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), {
          ...NOT_CONNECTED,
          details: /perdure\.invalid/,
        });
      }),
  },
  {
    name: "the server goes away and comes back",
    run: async () => {
      const first = await startServer(({ ok }) => ok());
      await withChannel(first.address, {}, async (channel) => {
        await channel.unary(PATH, HELLO, {});
        await first.close();
        await until(() => channel.stats.sessions === 0, "the end of the session");
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }), NOT_CONNECTED);
        const second = await startServer(({ ok }) => ok(), { port: first.port });
        assert.equal((await channel.unary(PATH, HELLO, { timeoutMs: 30_000 })).bytes.length, HELLO.length);
        await second.close();
      });
    },
  },
  {
    name: "a server that leaves as soon as it is reached: attempts keep their distance",
    run: async () => {
      const server = await startServer(({ ok }) => ok(), {
        onStream: (_stream, session) => {
          session.goaway(0, 0);
          return true;
        },
      });
      await withChannel(server.address, {}, async (channel) => {
        const calls = Array.from({ length: 5 }, () => channel.unary(PATH, HELLO, { timeoutMs: 600 }));
        const outcomes = await within(PROMPT_MS, Promise.allSettled(calls), "the calls");
        for (const outcome of outcomes) {
          assert.equal(outcome.status, "rejected");
          assert.ok(outcome.reason instanceof RpcError, String(outcome.reason));
        }
        assert.ok(server.seen() < 40, `${server.seen()} connections`);
      });
      await server.close();
    },
  },
  {
    name: "five streams at a time: forty calls on several connections",
    run: async () => {
      const open = new Map<unknown, number>();
      let most = 0;
      const server = await startServer(
        ({ session, ok, closed }) => {
          const now = (open.get(session) ?? 0) + 1;
          open.set(session, now);
          most = Math.max(most, now);
          setTimeout(ok, 60);
          void closed.then(() => open.set(session, (open.get(session) ?? 1) - 1));
        },
        { maxConcurrentStreams: 5 },
      );
      await withChannel(server.address, {}, async (channel) => {
        const calls = Array.from({ length: 40 }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 }));
        await Promise.all(calls);
        assert.ok(most <= 5, `${most} at a time`);
        assert.ok(server.seen() >= 2 && server.seen() <= 9, `${server.seen()} connections`);
      });
      await server.close();
    },
  },
  {
    name: "five streams at a time on the only connection: forty calls wait for their turn",
    run: async () => {
      const server = await startServer(({ ok }) => void setTimeout(ok, 10), { maxConcurrentStreams: 5 });
      await withChannel(server.address, { maxConnections: 1 }, async (channel) => {
        await Promise.all(
          Array.from({ length: 40 }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 })),
        );
        assert.equal(server.seen(), 1);
      });
      await server.close();
    },
  },
  {
    name: "rotation by number of calls loses none",
    run: async () => {
      const server = await startServer(({ ok }) => void setTimeout(ok, 2));
      await withChannel(server.address, { maxConnectionCalls: 10 }, async (channel) => {
        for (let round = 0; round < 10; round++) {
          await Promise.all(
            Array.from({ length: 20 }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 })),
          );
        }
        assert.equal(server.seen(), 20);
        await until(() => server.sessions.size <= 1, "the end of the old sessions");
      });
      await server.close();
    },
  },
  {
    name: "GOAWAY on connections that are rotated early: nothing is lost, and the process lives",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      await withChannel(server.address, { maxConnectionCalls: 50 }, async (channel) => {
        const round = (count: number): Promise<unknown> =>
          Promise.all(Array.from({ length: count }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 })));
        for (let rounds = 0; rounds < 5; rounds++) await round(90);
        const before = server.seen();
        for (const session of server.sessions) if (!session.closed && !session.destroyed) session.goaway(0);
        await until(() => channel.stats.sessions === 0, "the end of the sessions");
        await round(20);
        assert.equal(server.seen(), before + 1);
      });
      await server.close();
    },
  },
  {
    name: "rotation by age leaves a long call alone",
    run: async () => {
      const release = signal();
      const server = await startServer(({ number, ok }) =>
        number === 1 ? void release.promise.then(() => ok()) : ok(),
      );
      await withChannel(server.address, { maxConnectionAgeMs: 60 }, async (channel) => {
        const long = channel.unary(PATH, HELLO, { timeoutMs: 10_000 });
        const end = performance.now() + 300;
        while (performance.now() < end) {
          await channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        assert.ok(server.seen() >= 3, `${server.seen()} sessions`);
        release.resolve();
        assert.equal((await long).bytes.length, HELLO.length);
        await until(() => server.sessions.size <= 2, "the end of the old sessions");
      });
      await server.close();
    },
  },
];
