/** Callers that leave, ask for too much, or are nobody. */
import assert from "node:assert/strict";
import { connect as connectSocket } from "node:net";
import { Connection } from "perdure/client";
import { type Fault, until } from "../../transport/fault.ts";
import { count, errorOf, POLL, type Rig, SERVICE, statusOf, TOKEN, withGateway } from "./rig.ts";

const PROTOCOLS = ["grpc", "grpc-web", "connect"] as const;
const HISTORY = "/api/v1/namespaces/default/workflows/w/history?waitNewEvent=true";
const tokens = {
  kind: "tokens",
  tokens: [{ token: TOKEN, name: "one", namespaces: ["default"] }],
} as const;

/** Starts the workflow of which a history can be waited for. */
async function startOne({ connect }: Rig): Promise<void> {
  const start = { ...POLL, taskQueue: { name: "nobody" }, workflowId: "w", workflowType: { name: "w" } };
  await connect().workflowService.startWorkflowExecution({ ...start, requestId: "r" });
}

/** What the server behind still waits for: polls of workers that it holds, by what a new task goes to. */
async function nextTaskArrives({ connect }: Rig): Promise<void> {
  const { workflowService } = connect();
  const start = { ...POLL, workflowId: crypto.randomUUID(), workflowType: { name: "w" }, requestId: "r" };
  await workflowService.startWorkflowExecution(start);
  // Somebody who has left would have got it.
  const task = await workflowService.pollWorkflowTaskQueue(POLL, { deadline: Date.now() + 9_000 });
  assert.equal(task.workflowExecution?.workflowId, start.workflowId);
}

/** A poll of {@link POLL} is at the server, so it was let through. */
async function pollArrives({ server }: Rig): Promise<void> {
  const connection = await Connection.connect({ transport: server });
  const end = performance.now() + 30_000;
  for (;;) {
    const told = await connection.workflowService.describeTaskQueue({ ...POLL, taskQueueType: 1 });
    if (told.pollers.length > 0) break;
    assert.ok(performance.now() < end, "no poll arrived");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await connection.close();
}

export const callers: readonly Fault[] = [
  ...PROTOCOLS.map((protocol) => ({
    name: `over ${protocol}: polls whose callers leave end at the server, and no task is lost to them`,
    run: () =>
      withGateway({}, async (rig) => {
        const leaving = new AbortController();
        const { workflowService } = rig.connect({ protocol });
        const polls = Array.from({ length: 10 }, () =>
          statusOf(workflowService.pollWorkflowTaskQueue(POLL, { abortSignal: leaving.signal })),
        );
        await until(() => rig.polls() === 10, "the polls", 15_000);
        leaving.abort();
        assert.deepEqual(new Set(await Promise.all(polls)), new Set([1]));
        await until(() => rig.polls() === 0, "the end of the polls", 15_000);
        await nextTaskArrives(rig);
      }),
  })),
  {
    name: "over HTTP/JSON: a history waited for by one who leaves is not waited for any more",
    run: () =>
      withGateway({}, async (rig) => {
        await startOne(rig);
        const base = `http://${rig.listener.address}`;
        const page = await fetch(base + HISTORY.replace("true", "false"));
        const { nextPageToken: _, history } = (await page.json()) as {
          nextPageToken?: string;
          history: object;
        };
        assert.ok(history !== undefined);
        const first = await fetch(base + HISTORY);
        const { nextPageToken = "" } = (await first.json()) as { nextPageToken?: string };
        const leaving = new AbortController();
        const waiting = fetch(`${base}${HISTORY}&nextPageToken=${encodeURIComponent(nextPageToken)}`, {
          signal: leaving.signal,
        });
        const failed = assert.rejects(waiting);
        await until(() => rig.polls() === 1, "the wait", 15_000);
        leaving.abort();
        await failed;
        await until(() => rig.polls() === 0, "the end of the wait", 15_000);
      }),
  },
  {
    name: "that are cut off without a word are found out, over HTTP/2 and HTTP/1.1",
    run: () =>
      withGateway({}, async (rig) => {
        const { workflowService } = rig.connect();
        const poll = statusOf(workflowService.pollWorkflowTaskQueue(POLL));
        const socket = connectSocket(Number(rig.listener.address.split(":").at(-1)), "127.0.0.1");
        socket.on("error", () => {});
        const body = JSON.stringify(POLL);
        socket.write(
          `POST ${SERVICE}/PollWorkflowTaskQueue HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        await until(() => rig.polls() === 2, "both polls", 15_000);
        socket.resetAndDestroy();
        await until(() => rig.polls() === 1, "the end of that over HTTP/1.1", 15_000);
        rig.listener.dropConnections();
        assert.equal(await poll, 14);
        await until(() => rig.polls() === 0, "the end of that over HTTP/2", 15_000);
        await nextTaskArrives(rig);
      }),
  },
  {
    name: "whose requests are too large are told so, over each protocol, and go on",
    run: () =>
      withGateway({ maxRequestBytes: 10_000 }, async ({ connect }) => {
        for (const protocol of PROTOCOLS) {
          const connection = connect({ protocol });
          const payload = { data: new Uint8Array(200_000), metadata: {} };
          const error = await errorOf(
            connection.workflowService.signalWorkflowExecution({
              namespace: "default",
              input: { payloads: [payload] },
            }),
          );
          assert.equal(error?.status, 8, `${protocol}: ${error?.details}`);
          assert.equal(await statusOf(count(connection)), 0, protocol);
        }
      }),
  },
  {
    name: "with bad tokens are UNAUTHENTICATED, with one of another namespace PERMISSION_DENIED, over each protocol",
    run: () =>
      withGateway({ auth: tokens }, async ({ connect }) => {
        for (const protocol of [...PROTOCOLS, "http-json"] as const) {
          assert.equal(await statusOf(count(connect({ protocol }))), 16, protocol);
          assert.equal(await statusOf(count(connect({ protocol, apiKey: `${TOKEN}x` }))), 16, protocol);
          const { workflowService } = connect({ protocol, apiKey: TOKEN });
          const asked = (namespace: string): Promise<number> =>
            statusOf(workflowService.countWorkflowExecutions({ namespace }));
          assert.equal(await asked("default"), 0, protocol);
          assert.equal(await asked("other"), 7, protocol);
        }
      }),
  },
  {
    name: "are known by new tokens at once, over each protocol and on connections there are; their calls under way go on",
    run: () =>
      withGateway({ auth: tokens }, async (rig) => {
        const next = `${TOKEN}-next`;
        const connections = ([...PROTOCOLS, "http-json"] as const).map(
          (protocol) =>
            [rig.connect({ protocol, apiKey: TOKEN }), rig.connect({ protocol, apiKey: next })] as const,
        );
        const statuses = async (): Promise<string> => {
          const both = connections.flat().map((connection) => statusOf(count(connection)));
          return (await Promise.all(both)).join(" ");
        };
        assert.equal(await statuses(), "0 16 0 16 0 16 0 16");
        const [[first] = []] = connections;
        const poll = first?.workflowService.pollWorkflowTaskQueue(POLL);
        await pollArrives(rig);
        assert.throws(() => rig.gateway.setTokens([{ token: "short", name: "one" }]), TypeError);
        assert.throws(() =>
          rig.gateway.setTokens([{ token: next, name: "one", groups: undefined as never }]),
        );
        assert.equal(await statuses(), "0 16 0 16 0 16 0 16");
        rig.gateway.setTokens([{ token: next, name: "one", namespaces: ["default"] }]);
        assert.equal(await statuses(), "16 0 16 0 16 0 16 0");
        const start = { ...POLL, workflowId: "w", workflowType: { name: "w" }, requestId: "r" };
        await connections[0]?.[1].workflowService.startWorkflowExecution(start);
        assert.equal((await poll)?.workflowExecution?.workflowId, "w");
        rig.gateway.setTokens([{ token: next, name: "one", namespaces: ["other"] }]);
        assert.equal(await statuses(), "16 7 16 7 16 7 16 7");
        rig.gateway.setTokens([]);
        assert.equal(await statuses(), "16 16 16 16 16 16 16 16");
      }),
  },
  {
    name: "have the limits of their new tokens, and what they used before counts",
    run: () =>
      withGateway({ auth: tokens }, async (rig) => {
        const { gateway } = rig;
        const { workflowService } = rig.connect({ apiKey: TOKEN });
        const leaving = new AbortController();
        const poll = statusOf(
          workflowService.pollWorkflowTaskQueue(POLL, { abortSignal: leaving.signal, retry: false }),
        );
        await pollArrives(rig);
        gateway.setTokens([{ token: TOKEN, name: "one", maxPolls: 1, requestsPerSecond: 0.0001 }]);
        const options = { retry: false, deadline: Date.now() + 30_000 } as const;
        assert.equal(await statusOf(workflowService.pollWorkflowTaskQueue(POLL, options)), 8);
        const counted = (): Promise<number> =>
          statusOf(workflowService.countWorkflowExecutions({ namespace: "default" }, options));
        assert.deepEqual([await counted(), await counted()], [0, 8]);
        gateway.setTokens([{ token: TOKEN, name: "one" }]);
        assert.equal(await counted(), 0);
        leaving.abort();
        assert.equal(await poll, 1);
      }),
  },
  {
    name: "get their polls answered when the gateway closes, and their calls under way too",
    run: () =>
      withGateway({}, async (rig) => {
        const { workflowService } = rig.connect();
        const web = rig.connect({ protocol: "connect" });
        const polls = [
          workflowService.pollWorkflowTaskQueue(POLL),
          web.workflowService.pollActivityTaskQueue(POLL),
        ] as const;
        await until(() => rig.polls() === 2, "the polls", 15_000);
        const closed = rig.gateway.close({ graceMs: 200 });
        for (const { taskToken } of await Promise.all(polls)) assert.equal(taskToken.length, 0);
        await closed;
        assert.equal(await statusOf(count(rig.connect(), 1_000)), 14);
      }),
  },
];
