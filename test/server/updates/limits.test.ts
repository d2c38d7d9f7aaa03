import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RpcError } from "../../../src/platform/rpc-port.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { type EmbeddedForTests, openEmbedded } from "../harness/embedded.ts";
import { Stage } from "../scenarios/stage.ts";
import {
  acceptance,
  commandsOf,
  known,
  rejection,
  response,
  sendUpdate,
  startIdle,
  updateRequest,
} from "../scenarios/update-steps.ts";

let server: EmbeddedForTests;
let connection: Connection;

beforeAll(async () => {
  server = await openEmbedded();
  connection = Connection.lazy({ transport: server.port, interceptors: [] });
});

afterAll(async () => {
  await connection.close();
  await server.close();
});

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return `${error.status} ${error.details}`;
    throw error;
  }
  throw new Error("it was not refused");
}

/** Lets ten updates pass with one task. */
async function ten(stage: Stage, from: number): Promise<readonly number[]> {
  const ids = Array.from({ length: 10 }, (_, index) => `u${from + index}`);
  const sent = ids.map((updateId) => sendUpdate(stage, updateId));
  const task = await stage.pollTask();
  const messages = ids.flatMap((updateId) => [acceptance(updateId), response(updateId)]);
  await stage.complete(task, commandsOf(messages), { messages });
  await Promise.all(sent);
  const { history } = await stage.service.getWorkflowExecutionHistoryReverse({
    namespace: stage.namespace,
    execution: stage.execution,
    maximumPageSize: 30,
  });
  const reasons = (history?.events ?? []).flatMap(({ attributes }) =>
    attributes.case === "workflowTaskStartedEventAttributes"
      ? [attributes.value.suggestContinueAsNewReasons]
      : [],
  );
  return reasons[0] ?? [];
}

describe("limits of updates", () => {
  test("a run takes 2000, and is told to continue as new from 1800 on", { timeout: 240_000 }, async () => {
    const stage = new Stage(connection, server.namespace);
    await startIdle(stage);
    let toldAt: number | undefined;
    for (let count = 0; count < 2000; count += 10) {
      const reasons = await ten(stage, count);
      if (reasons.includes(3)) toldAt ??= count;
    }
    // The ten of the task itself count.
    expect(toldAt).toBe(1790);
    expect(await refusal(sendUpdate(stage, "one more"))).toMatch(
      /^9 The limit on the total number of distinct updates in this workflow has been reached \(2000\)/,
    );
    const { stage: reached } = await sendUpdate(stage, "u1999");
    expect(reached).toBe(3);
  });

  test("20 MiB may wait at once; a rejected update makes room", async () => {
    const stage = new Stage(connection, server.namespace);
    await startIdle(stage);
    const data = new Uint8Array(6 * 1024 * 1024);
    const request = (updateId: string): ReturnType<typeof updateRequest> =>
      updateRequest(stage, updateId, {
        request: { meta: { updateId }, input: { name: "change", args: { payloads: [{ data }] } } },
      });
    const sent = ["a", "b", "c"].map((updateId) => {
      const call = stage.service.updateWorkflowExecution(request(updateId));
      call.catch(() => undefined);
      return call;
    });
    await known(stage, "c");
    expect(await refusal(stage.service.updateWorkflowExecution(request("d")))).toBe(
      "8 limit on total payload size of in-flight updates has been reached (20971520 bytes)",
    );
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [rejection("a"), rejection("b"), rejection("c")] });
    await Promise.all(sent);
    const fits = stage.service.updateWorkflowExecution(request("d"));
    const next = await stage.pollTask();
    await stage.complete(next, [], { messages: [rejection("d")] });
    expect((await fits).outcome?.value.case).toBe("failure");
  });

  test("a caller that leaves takes nothing along", async () => {
    const stage = new Stage(connection, server.namespace);
    await startIdle(stage);
    const leaving = new AbortController();
    const left = stage.service.updateWorkflowExecution(updateRequest(stage, "u"), {
      abortSignal: leaving.signal,
    });
    left.catch(() => undefined);
    await known(stage, "u");
    leaving.abort();
    expect(await refusal(left)).toMatch(/^1 /);
    const task = await stage.pollTask();
    const messages = [acceptance("u"), response("u")];
    await stage.complete(task, commandsOf(messages), { messages });
    const { outcome } = await sendUpdate(stage, "u");
    expect(outcome?.value.case).toBe("success");
  });
});
