import assert from "node:assert/strict";
import process from "node:process";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { type Fault, fails, HELLO, PATH, PROMPT_MS, until, withChannel, within } from "../fault.ts";
import { type ServerCall, startServer } from "../grpc-server.ts";

/** Answers after the caller has gone. */
async function withSilentCalls(
  body: (options: { address: string; next: () => Promise<ServerCall>; count: () => number }) => Promise<void>,
): Promise<void> {
  const calls: ServerCall[] = [];
  const server = await startServer((call) => void calls.push(call));
  let taken = 0;
  await body({
    address: server.address,
    next: async () => {
      await until(() => calls.length > taken, "the call at the server");
      return calls[taken++]!;
    },
    count: () => calls.length,
  });
  await server.close();
}

export const timing: readonly Fault[] = [
  {
    name: "a deadline, which the server learns of",
    run: () =>
      withSilentCalls(({ address, next }) =>
        withChannel(address, {}, async (channel) => {
          const call = fails(channel.unary(PATH, HELLO, { timeoutMs: 2_000 }), {
            status: GrpcStatus.DEADLINE_EXCEEDED,
            reason: "deadline",
            details: /longer than 2000 ms/,
          });
          const seen = await next();
          assert.match(String(seen.headers["grpc-timeout"]), /^(?:1\d{3}|2000|\d{1,3})m$/);
          await call;
          assert.equal(await within(PROMPT_MS, seen.closed, "the reset at the server"), 8);
          assert.equal(channel.stats.sessions, 1);
        }),
      ),
  },
  {
    name: "a deadline that has passed",
    run: () =>
      withSilentCalls(({ address, count }) =>
        withChannel(address, {}, async (channel) => {
          const expected = { status: GrpcStatus.DEADLINE_EXCEEDED, reason: "deadline" } as const;
          await fails(channel.unary(PATH, HELLO, { timeoutMs: 0 }), expected);
          assert.deepEqual([count(), channel.stats.sessions], [0, 0]);
        }),
      ),
  },
  {
    name: "slow headers, and a deadline long enough",
    run: async () => {
      const server = await startServer(({ ok }) => void setTimeout(ok, 150));
      await withChannel(server.address, {}, async (channel) => {
        const { bytes } = await channel.unary(PATH, HELLO, { timeoutMs: 30_000 });
        assert.equal(bytes.length, HELLO.length);
      });
      await server.close();
    },
  },
  {
    name: "headers, and then nothing until the deadline",
    run: async () => {
      const server = await startServer(({ stream }) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
      });
      await withChannel(server.address, {}, async (channel) => {
        const expected = { status: GrpcStatus.DEADLINE_EXCEEDED, reason: "deadline" } as const;
        await fails(channel.unary(PATH, HELLO, { timeoutMs: 150 }), expected);
      });
      await server.close();
    },
  },
  {
    name: "an abort, which the server sees",
    run: () =>
      withSilentCalls(({ address, next }) =>
        withChannel(address, {}, async (channel) => {
          const controller = new AbortController();
          const why = new Error("no longer wanted");
          const call = channel.unary(PATH, HELLO, { signal: controller.signal });
          const failed = fails(call, { status: GrpcStatus.CANCELLED, reason: "aborted" });
          const seen = await next();
          controller.abort(why);
          assert.equal((await failed).cause, why);
          assert.equal(await within(PROMPT_MS, seen.closed, "the reset at the server"), 8);
        }),
      ),
  },
  {
    name: "a signal aborted beforehand",
    run: () =>
      withSilentCalls(({ address, count }) =>
        withChannel(address, {}, async (channel) => {
          const call = channel.unary(PATH, HELLO, { signal: AbortSignal.abort() });
          await fails(call, { status: GrpcStatus.CANCELLED, reason: "aborted" });
          assert.deepEqual([count(), channel.stats.sessions], [0, 0]);
        }),
      ),
  },
  {
    name: "a hundred polls that share one signal",
    run: () =>
      withSilentCalls(({ address, count }) =>
        withChannel(address, {}, async (channel) => {
          const warnings: string[] = [];
          const onWarning = (warning: Error): void => void warnings.push(String(warning));
          process.on("warning", onWarning);
          const controller = new AbortController();
          const polls = Array.from({ length: 100 }, () => {
            const call = channel.unary(PATH, HELLO, { signal: controller.signal, timeoutMs: 60_000 });
            return fails(call, { status: GrpcStatus.CANCELLED, reason: "aborted" });
          });
          await until(() => count() === 100, "a hundred polls at the server");
          assert.equal(channel.stats.sessions, 1);
          controller.abort();
          await Promise.all(polls);
          process.off("warning", onWarning);
          assert.deepEqual(warnings, []);
        }),
      ),
  },
  {
    name: "the owner closes the channel under a call",
    run: () =>
      withSilentCalls(({ address, next }) =>
        withChannel(address, {}, async (channel) => {
          const closed = { status: GrpcStatus.UNAVAILABLE, reason: "closed" } as const;
          const failed = fails(channel.unary(PATH, HELLO, {}), closed);
          await next();
          await channel.close();
          await failed;
          await fails(channel.unary(PATH, HELLO, {}), closed);
        }),
      ),
  },
  {
    name: "a call aborted while it waits for a connection",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      await withChannel(server.address, {}, async (channel) => {
        const controller = new AbortController();
        const call = channel.unary(PATH, HELLO, { signal: controller.signal });
        controller.abort();
        await fails(call, { status: GrpcStatus.CANCELLED, reason: "aborted" });
        assert.equal(channel.stats.waiting, 0);
        assert.equal((await channel.unary(PATH, HELLO, {})).bytes.length, HELLO.length);
      });
      await server.close();
    },
  },
  {
    name: "keep-alive PINGs on an idle connection",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      await withChannel(
        server.address,
        { keepAlive: { intervalMs: 30, timeoutMs: 20_000 } },
        async (channel) => {
          await channel.unary(PATH, HELLO, {});
          await until(() => server.pings() >= 3, "three PINGs");
          assert.equal(channel.stats.sessions, 1);
        },
      );
      await server.close();
    },
  },
  {
    name: "an answer that comes with the deadline does no harm",
    run: async () => {
      const answers = { due: 0, given: 0 };
      const server = await startServer(({ ok }) => {
        answers.due += 1;
        setTimeout(() => {
          ok();
          answers.given += 1;
        }, 50);
      });
      await withChannel(server.address, {}, async (channel) => {
        // Deadlines hold while a connection is made as well: it is there beforehand, so that calls come to the server at all.
        await channel.unary(PATH, HELLO, {});
        const calls = Array.from({ length: 20 }, (_, index) =>
          channel.unary(PATH, HELLO, { timeoutMs: 45 + index / 2 }).then(
            () => "ok",
            (error: { status: number }) => error.status,
          ),
        );
        const outcomes = new Set(await within(PROMPT_MS, Promise.all(calls), "the calls"));
        for (const outcome of outcomes) assert.ok(outcome === "ok" || outcome === 4, String(outcome));
        await until(() => answers.given === answers.due, "all answers");
      });
      await server.close();
    },
  },
];
