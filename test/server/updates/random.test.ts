import { expect, test } from "vitest";
import type { Init } from "../../../src/codec-runtime/init.ts";
import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { RpcError } from "../../../src/platform/rpc-port.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { openEmbedded } from "../harness/embedded.ts";
import { answer, ask, resultsFor, signal } from "../scenarios/query-steps.ts";
import { command, Stage } from "../scenarios/stage.ts";
import { acceptance, rejection, response, sendUpdate } from "../scenarios/update-steps.ts";

const IDS = ["a", "b", "c", "d", "e", "f"];

/** The same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 8) % 1_000_003) % below;
  };
}

/** A worker that answers at random, and mostly as it should. */
class RandomWorker {
  readonly accepted: Set<string> = new Set();
  readonly #stage: Stage;
  readonly #random: (below: number) => number;
  readonly #leaving: AbortController = new AbortController();

  constructor(stage: Stage, random: (below: number) => number) {
    this.#stage = stage;
    this.#random = random;
  }

  async run(): Promise<void> {
    const { service, namespace, taskQueue } = this.#stage;
    const { signal: abortSignal } = this.#leaving;
    while (!abortSignal.aborted) {
      const request = { namespace, taskQueue: { name: taskQueue }, identity: "random" };
      const task = await service
        .pollWorkflowTaskQueue(request, { abortSignal, deadline: Date.now() + 60_000 })
        .catch(() => undefined);
      if (task && task.taskToken.length > 0) await this.#handle(task);
    }
  }

  stop(): void {
    this.#leaving.abort();
  }

  async #handle(first: PollWorkflowTaskQueueResponse): Promise<void> {
    for (let task: PollWorkflowTaskQueueResponse | undefined = first; task; ) {
      // A worker whose task is gone, or was refused, polls again.
      task = await this.#answer(task).catch((error: unknown) => {
        if (error instanceof RpcError) return undefined;
        throw error;
      });
    }
  }

  async #answer(task: PollWorkflowTaskQueueResponse): Promise<PollWorkflowTaskQueueResponse | undefined> {
    const { service, namespace } = this.#stage;
    const { taskToken } = task;
    if (task.query) {
      await answer(this.#stage, task);
      return undefined;
    }
    if (this.#random(12) === 0) {
      await service.respondWorkflowTaskFailed({ namespace, taskToken, cause: 14 });
      return undefined;
    }
    const { messages, accepted, done } = this.#decide(task);
    const commands = this.#random(3) === 0 ? [command("recordMarker", { markerName: "m" })] : [];
    const completed = await this.#stage.complete(task, commands, {
      messages,
      queryResults: this.#random(4) === 0 ? {} : resultsFor(task),
      returnNewWorkflowTask: this.#random(2) === 0,
      forceCreateNewWorkflowTask: this.#random(15) === 0,
      capabilities: { discardSpeculativeWorkflowTaskWithEvents: this.#random(2) === 0 },
    });
    for (const updateId of accepted) this.accepted.add(updateId);
    for (const updateId of done) this.accepted.delete(updateId);
    return completed.workflowTask;
  }

  #decide(task: PollWorkflowTaskQueueResponse): {
    readonly messages: readonly Init<Message>[];
    readonly accepted: readonly string[];
    readonly done: readonly string[];
  } {
    const messages: Init<Message>[] = [];
    const accepted: string[] = [];
    const done: string[] = [];
    for (const { protocolInstanceId: updateId } of task.messages) {
      const choice = this.#random(6);
      if (choice === 0) continue;
      if (choice === 1) {
        messages.push(rejection(updateId));
        continue;
      }
      messages.push(acceptance(updateId));
      accepted.push(updateId);
      if (choice > 3) {
        messages.push(response(updateId));
        done.push(updateId);
      }
    }
    for (const updateId of this.accepted) {
      if (this.#random(3) > 0) continue;
      messages.push(response(updateId));
      done.push(updateId);
    }
    if (this.#random(15) === 0) messages.push(response("nobody"));
    return { messages, accepted, done };
  }
}

/** Plays one workflow through a random life. Gives its history and how each call ended. */
async function live(
  stage: Stage,
  seed: number,
): Promise<{ events: readonly HistoryEvent[]; ends: string[] }> {
  const random = randomOf(seed);
  await stage.start();
  const worker = new RandomWorker(stage, random);
  const running = worker.run();
  const calls: Promise<unknown>[] = [];
  for (let step = 0; step < 40; step += 1) {
    const choice = random(5);
    const updateId = IDS[random(IDS.length)] ?? "a";
    const waitPolicy = { lifecycleStage: 2 + random(2) };
    if (choice <= 2) calls.push(sendUpdate(stage, updateId, { waitPolicy }));
    else if (choice === 3) await signal(stage);
    else calls.push(ask(stage));
    if (random(3) === 0) await stage.pause(random(3));
  }
  await stage.pause(20);
  await stage.service.terminateWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: stage.execution,
  });
  const ends = await Promise.all(
    calls.map((call) =>
      call.then(
        () => "ok",
        (error: unknown) => (error instanceof RpcError ? `${error.status} ${error.details}` : String(error)),
      ),
    ),
  );
  worker.stop();
  await running;
  return { events: await stage.events(), ends };
}

/** What a caller may be told. */
const ENDS = [
  /^ok$/,
  /^5 workflow update was aborted by closing workflow$/,
  /^9 Unable to perform workflow execution update due to unexpected workflow task failure\.$/,
  /^9 Unable to perform workflow execution update due to Workflow Task in failed state\.$/,
  /^9 Unable to query workflow due to Workflow Task in failed state\.$/,
  /^9 Workflow execution closed before WorkflowTaskStarted event$/,
  /^8 consistent query buffer is full/,
  /^8 limit on number of concurrent in-flight updates/,
];

function checkHistory(events: readonly HistoryEvent[]): void {
  const accepted = new Map<string, bigint>();
  const completed = new Set<string>();
  for (const [index, { eventId, attributes }] of events.entries()) {
    expect(eventId).toBe(BigInt(index + 1));
    if (attributes.case === "workflowExecutionUpdateAcceptedEventAttributes") {
      const updateId = attributes.value.protocolInstanceId;
      expect(accepted.has(updateId)).toBe(false);
      accepted.set(updateId, eventId);
    }
    if (attributes.case === "workflowExecutionUpdateCompletedEventAttributes") {
      const updateId = attributes.value.meta?.updateId ?? "";
      expect(completed.has(updateId)).toBe(false);
      completed.add(updateId);
      expect(attributes.value.acceptedEventId).toBe(accepted.get(updateId));
    }
  }
  expect(events.at(-1)?.attributes.case).toBe("workflowExecutionTerminatedEventAttributes");
}

test("whatever clients and workers do, updates happen once and every caller hears of its end", async () => {
  const server = await openEmbedded();
  const connection = Connection.lazy({ transport: server.port, interceptors: [] });
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
  const lives = await Promise.all(seeds.map((seed) => live(new Stage(connection, server.namespace), seed)));
  for (const { events, ends } of lives) {
    checkHistory(events);
    for (const end of ends)
      expect(
        ENDS.some((allowed) => allowed.test(end)),
        end,
      ).toBe(true);
  }
  expect(lives.some(({ ends }) => ends.includes("ok"))).toBe(true);
  await connection.close();
  await server.close();
});
