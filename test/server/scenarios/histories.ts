import type { Init } from "../../../src/codec-runtime/init.ts";
import type {
  GetWorkflowExecutionHistoryRequest,
  GetWorkflowExecutionHistoryReverseRequest,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { signal, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, type Stage, seconds } from "./stage.ts";

const ids = (answer: {
  readonly history?: { readonly events: readonly { readonly eventId: bigint }[] } | undefined;
  readonly nextPageToken: Uint8Array;
}): unknown => ({
  events: answer.history?.events.map(({ eventId }) => Number(eventId)).join(" "),
  more: answer.nextPageToken.length > 0,
});

/** One call, logged by its event ids. Gives the token. */
async function page(
  stage: Stage,
  step: string,
  request: Init<GetWorkflowExecutionHistoryRequest> = {},
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { namespace, execution } = stage;
  const answer = await stage.step(
    step,
    () =>
      stage.service.getWorkflowExecutionHistory(
        { namespace, execution, ...request },
        { deadline: Date.now() + 4_000, metadata },
      ),
    ids,
  );
  return answer?.nextPageToken ?? new Uint8Array(0);
}

async function back(
  stage: Stage,
  step: string,
  request: Init<GetWorkflowExecutionHistoryReverseRequest> = {},
): Promise<Uint8Array> {
  const { namespace, execution } = stage;
  const answer = await stage.step(
    step,
    () => stage.service.getWorkflowExecutionHistoryReverse({ namespace, execution, ...request }),
    ids,
  );
  return answer?.nextPageToken ?? new Uint8Array(0);
}

async function someEvents(stage: Stage): Promise<void> {
  const timers = ["a", "b", "c", "d", "e"].map((timerId) =>
    command("startTimer", { timerId, startToFireTimeout: seconds(60) }),
  );
  await stage.start();
  await stage.decide(...timers);
  await signal(stage);
  await stage.decide();
}

/** Histories as they are read. */
export const HISTORIES: readonly Scenario[] = [
  defineScenario("history: pages", async (stage) => {
    await someEvents(stage);
    for (const maximumPageSize of [1, 3, 5, 100]) {
      let nextPageToken: Uint8Array = new Uint8Array(0);
      for (let number = 1; number < 20; number += 1) {
        nextPageToken = await page(stage, `${maximumPageSize}: page ${number}`, {
          maximumPageSize,
          nextPageToken,
        });
        if (nextPageToken.length === 0) break;
      }
    }
    await stop(stage);
  }),

  defineScenario("history: backwards", async (stage) => {
    await someEvents(stage);
    for (const maximumPageSize of [1, 3, 5, 100]) {
      let nextPageToken: Uint8Array = new Uint8Array(0);
      for (let number = 1; number < 20; number += 1) {
        nextPageToken = await back(stage, `${maximumPageSize}: page ${number}`, {
          maximumPageSize,
          nextPageToken,
        });
        if (nextPageToken.length === 0) break;
      }
    }
    await back(stage, "no execution", { execution: undefined });
    await back(stage, "unknown", { execution: { workflowId: stage.id("nobody") } });
    await back(stage, "bad token", { nextPageToken: new Uint8Array([1, 2, 3]) });
    await stop(stage);
  }),

  defineScenario("history: a task that failed before, as clients for people see it", async (stage) => {
    await stage.start();
    const { namespace, service } = stage;
    const { taskToken } = await stage.pollTask();
    await service.respondWorkflowTaskFailed({ namespace, taskToken, cause: 1 });
    await stage.pollTask();
    for (const name of ["temporal-cli", "temporal-ui", "temporal-go", "temporal-server-http"]) {
      await page(stage, name, {}, { "client-name": name });
      await page(stage, `${name}, small pages`, { maximumPageSize: 1 }, { "client-name": name });
    }
    await stop(stage);
  }),

  defineScenario("history: a reader that waits", async (stage) => {
    await someEvents(stage);
    const first = await page(stage, "at once", { waitNewEvent: true });
    const second = await page(stage, "nothing comes", { waitNewEvent: true, nextPageToken: first });
    const waiting = page(stage, "something comes", { waitNewEvent: true, nextPageToken: second });
    await stage.pause(200);
    await signal(stage);
    const third = await waiting;
    const last = page(stage, "the end", { waitNewEvent: true, nextPageToken: third });
    await stop(stage);
    const after = await last;
    if (after.length > 0) await page(stage, "after the end", { waitNewEvent: true, nextPageToken: after });
    await page(stage, "closed, waits, no token", { waitNewEvent: true });
  }),

  defineScenario("history: the closing event alone", async (stage) => {
    await someEvents(stage);
    const closeOnly = { historyEventFilterType: 2 } as const;
    await page(stage, "open", closeOnly);
    const token = await page(stage, "open, waits", { ...closeOnly, waitNewEvent: true });
    const waiting = page(stage, "closes", { ...closeOnly, waitNewEvent: true, nextPageToken: token });
    await stage.pause(200);
    await stop(stage);
    await waiting;
    await page(stage, "closed", closeOnly);
    await page(stage, "closed, waits", { ...closeOnly, waitNewEvent: true });
  }),

  defineScenario("history: requests that are refused", async (stage) => {
    await someEvents(stage);
    await page(stage, "no execution", { execution: undefined });
    await page(stage, "no id", { execution: {} });
    await page(stage, "malformed run", { execution: { workflowId: stage.workflowId, runId: "x" } });
    await page(stage, "unknown", { execution: { workflowId: stage.id("nobody") } });
    const other = "11111111-2222-4333-8444-555555555555";
    await page(stage, "unknown run", { execution: { workflowId: stage.workflowId, runId: other } });
    await page(stage, "bad token", { nextPageToken: new Uint8Array([1, 2, 3]) });
    const nextPageToken = await page(stage, "first page", { maximumPageSize: 1 });
    await page(stage, "another run's token", {
      nextPageToken,
      execution: { workflowId: stage.workflowId, runId: other },
    });
    await page(stage, "negative size", { maximumPageSize: -1 });
    await stop(stage);
  }),
];
