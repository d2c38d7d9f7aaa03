import assert from "node:assert/strict";
import { GrpcStatus } from "../../../../src/platform/rpc-port.ts";
import { type Fault, failureOf, PROMPT_MS, until, within } from "../../../transport/fault.ts";
import { calling, POLL, portOf, SYSTEM_INFO, serve, serving } from "../served.ts";

const NOTHING = new Uint8Array(0);

export const endings: readonly Fault[] = [
  {
    name: "close() fails calls under way with UNAVAILABLE, and takes no more",
    run: async () => {
      const { listener, waiting } = await serve({});
      await calling(listener.address, async (channel) => {
        const poll = failureOf(channel.unary(POLL, NOTHING, {}), 5_000);
        await until(() => waiting.size === 1, "the poll");
        await within(PROMPT_MS, Promise.all([listener.close(), listener.close()]), "close()");
        assert.equal((await poll).status, GrpcStatus.UNAVAILABLE);
        assert.equal(waiting.size, 0);
        const late = await failureOf(channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 300 }));
        assert.ok(late.status === GrpcStatus.UNAVAILABLE || late.status === GrpcStatus.DEADLINE_EXCEEDED);
      });
    },
  },
  {
    name: "goAway() moves clients to a new connection, and lets calls under way go on",
    run: () =>
      serving({}, ({ listener, waiting, release }) =>
        calling(listener.address, async (channel) => {
          const poll = channel.unary(POLL, NOTHING, { timeoutMs: 10_000 });
          await until(() => waiting.size === 1, "the poll");
          listener.goAway();
          for (let n = 0; n < 20; n++) await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
          assert.equal(waiting.size, 1);
          release();
          await within(PROMPT_MS, poll, "the poll");
        }),
      ),
  },
  {
    name: "dropConnections() cuts calls under way; the next find a new connection",
    run: () =>
      serving({}, ({ listener, waiting }) =>
        calling(listener.address, async (channel) => {
          const poll = failureOf(channel.unary(POLL, NOTHING, {}));
          await until(() => waiting.size === 1, "the poll");
          listener.dropConnections();
          assert.equal((await poll).status, GrpcStatus.UNAVAILABLE);
          await until(() => waiting.size === 0, "the end of the poll");
          await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
        }),
      ),
  },
  {
    name: "a port that is taken is an error, and leaves nothing open",
    run: () =>
      serving({}, async ({ listener }) => {
        const taken = serve({ port: portOf(listener.address) });
        await assert.rejects(within(PROMPT_MS, taken, "listening"), /EADDRINUSE|in use/i);
        const second = serve({ httpPort: portOf(listener.address) });
        await assert.rejects(within(PROMPT_MS, second, "listening"), /EADDRINUSE|in use/i);
      }),
  },
  {
    name: "a second port serves the same",
    run: () =>
      serving({ httpPort: 0 }, async ({ listener }) => {
        assert.notEqual(listener.httpAddress, listener.address);
        await calling(listener.httpAddress ?? "", async (channel) => {
          await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
        });
        const answer = await fetch(`http://${listener.httpAddress}/api/v1/system-info`);
        assert.equal(answer.status, 200);
      }),
  },
];
