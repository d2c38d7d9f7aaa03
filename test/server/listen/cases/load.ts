/** Many calls at a time to a whole server, over several connections. */
import assert from "node:assert/strict";
import { GrpcChannel } from "../../../../runtimes/node-api/grpc/channel.ts";
import { listen } from "../../../../runtimes/node-api/server/listener.ts";
import {
  decodePollWorkflowTaskQueueResponse,
  encodePollWorkflowTaskQueueRequest,
  encodeSignalWorkflowExecutionRequest,
  encodeStartWorkflowExecutionRequest,
} from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus, RpcError } from "../../../../src/platform/rpc-port.ts";
import { EmbeddedServer } from "../../../../src/server/server.ts";
import { type Fault, PROMPT_MS, until, within } from "../../../transport/fault.ts";
import { NOTHING } from "../raw-frames.ts";
import { POLL, SYSTEM_INFO, WORKFLOW_SERVICE } from "../served.ts";

const CONNECTIONS = 8;
const POLLS = 2_000;

interface Loaded {
  readonly server: EmbeddedServer;
  /** Connections, in turn. */
  channel(n: number): GrpcChannel;
  close(): Promise<void>;
}

/** A server on a port, with clients; asserts at the end that it had no defects. */
async function loaded(body: (loaded: Loaded) => Promise<void>): Promise<void> {
  const defects: unknown[] = [];
  const server = new EmbeddedServer({ onDefect: (_what, error) => defects.push(error) });
  const listener = await listen(server, {});
  const channels = Array.from({ length: CONNECTIONS }, () => new GrpcChannel({ address: listener.address }));
  const close = async (): Promise<void> => {
    await listener.close();
    await server.close();
  };
  try {
    await body({ server, channel: (n) => channels[n % CONNECTIONS] as GrpcChannel, close });
  } finally {
    for (const channel of channels) await channel.close();
    await within(PROMPT_MS, close(), "close()");
  }
  assert.deepEqual(defects, []);
}

function poll(queue: string): Uint8Array {
  return encodePollWorkflowTaskQueueRequest({
    namespace: "default",
    taskQueue: { name: queue },
    identity: queue,
  });
}

function start(workflowId: string, queue: string): Uint8Array {
  return encodeStartWorkflowExecutionRequest({
    namespace: "default",
    workflowId,
    workflowType: { name: "t" },
    taskQueue: { name: queue },
    requestId: workflowId,
  });
}

async function taskOf(call: Promise<{ readonly bytes: Uint8Array }>): Promise<string | undefined> {
  const { bytes } = await call;
  return decodePollWorkflowTaskQueueResponse(bytes).workflowExecution?.workflowId;
}

async function statusOf(call: Promise<unknown>): Promise<GrpcStatus | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RpcError, String(error));
    return error.status;
  }
}

/** Calls of others go through, one after the other, while all else goes on. */
async function othersAreServed(channel: GrpcChannel): Promise<void> {
  const calls = async (): Promise<void> => {
    for (let n = 0; n < 50; n += 1) await channel.unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
  };
  await within(30_000, calls(), "50 calls of others");
}

export const load: readonly Fault[] = [
  {
    name: `${POLLS} polls on ${CONNECTIONS} connections: with a task, empty, cancelled, and ended with the server`,
    run: () =>
      loaded(async ({ channel, close }) => {
        const quarter = POLLS / 4;
        const numbers = Array.from({ length: quarter }, (_, n) => n);
        const leaving = new AbortController();
        const withTask = numbers.map((n) =>
          taskOf(channel(n).unary(POLL, poll("tasks"), { timeoutMs: 60_000 })),
        );
        const empty = numbers.map((n) =>
          taskOf(channel(n).unary(POLL, poll("empty"), { timeoutMs: 10_000 })),
        );
        const left = numbers.map((n) =>
          statusOf(channel(n).unary(POLL, poll("left"), { timeoutMs: 60_000, signal: leaving.signal })),
        );
        const last = numbers.map((n) =>
          statusOf(channel(n).unary(POLL, poll("last"), { timeoutMs: 60_000 })),
        );
        await othersAreServed(channel(0));
        for (const n of numbers) {
          await channel(n).unary(`${WORKFLOW_SERVICE}/StartWorkflowExecution`, start(`w${n}`, "tasks"), {});
        }
        const got = new Set(await within(40_000, Promise.all(withTask), "the tasks"));
        assert.deepEqual(got, new Set(numbers.map((n) => `w${n}`)));
        assert.deepEqual(
          new Set(await within(40_000, Promise.all(empty), "the empty answers")),
          new Set([undefined]),
        );
        leaving.abort();
        assert.deepEqual(new Set(await Promise.all(left)), new Set([GrpcStatus.CANCELLED]));
        // What comes now goes to somebody who is there.
        await channel(1).unary(SYSTEM_INFO, NOTHING, { timeoutMs: 30_000 });
        await channel(0).unary(`${WORKFLOW_SERVICE}/StartWorkflowExecution`, start("after", "left"), {});
        assert.equal(await taskOf(channel(2).unary(POLL, poll("left"), { timeoutMs: 30_000 })), "after");
        await othersAreServed(channel(3));
        await within(PROMPT_MS, close(), "close()");
        assert.deepEqual(new Set(await Promise.all(last)), new Set([GrpcStatus.UNAVAILABLE]));
      }),
  },
  {
    name: "20,000 signals to one workflow: 10,000 are taken, the others refused as the real server refuses them",
    run: () =>
      loaded(async ({ channel }) => {
        await channel(0).unary(`${WORKFLOW_SERVICE}/StartWorkflowExecution`, start("w", "q"), {});
        const refusals = new Map<string, number>();
        let taken = 0;
        let next = 0;
        const sending = async (n: number): Promise<void> => {
          for (next += 1; next <= 20_000; next += 1) {
            try {
              await channel(n).unary(`${WORKFLOW_SERVICE}/SignalWorkflowExecution`, SIGNAL, {});
              taken += 1;
            } catch (error) {
              const text = error instanceof RpcError ? `${error.status} ${error.details}` : String(error);
              refusals.set(text, (refusals.get(text) ?? 0) + 1);
            }
          }
        };
        const sent = Promise.all(Array.from({ length: 64 }, (_, n) => sending(n)));
        await until(() => taken > 100, "100 signals");
        await othersAreServed(channel(1));
        await sent;
        assert.deepEqual([...refusals], [["3 exceeded workflow execution limit for signal events", 10_000]]);
        assert.equal(taken, 10_000);
        const task = await channel(0).unary(POLL, poll("q"), { timeoutMs: 30_000 });
        assert.equal(decodePollWorkflowTaskQueueResponse(task.bytes).startedEventId, 10_003n);
      }),
  },
];

const SIGNAL = encodeSignalWorkflowExecutionRequest({
  namespace: "default",
  workflowExecution: { workflowId: "w" },
  signalName: "s",
});
