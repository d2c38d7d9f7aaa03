import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { completing, signal, stop } from "./chain-steps.ts";
import { stickyOf } from "./query-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, type Stage, seconds } from "./stage.ts";
import { fail, see } from "./task-steps.ts";

/** Completes the first task, and is the worker's sticky queue from then on. */
async function stuck(stage: Stage, timeoutSeconds: number): Promise<void> {
  await stage.start({ workflowTaskTimeout: seconds(3) });
  await stage.complete(await stage.pollTask(), [], { stickyAttributes: stickyOf(stage, timeoutSeconds) });
  await pollSticky(stage, 1_500).catch(() => undefined);
}

/** Polls the sticky queue: nobody is sent there who has not polled in the last ten seconds. */
function pollSticky(stage: Stage, withinMs: number): Promise<PollWorkflowTaskQueueResponse> {
  const { namespace, service } = stage;
  const { workerTaskQueue } = stickyOf(stage);
  const request = { namespace, taskQueue: workerTaskQueue, identity: "workflow-worker" };
  return service.pollWorkflowTaskQueue(request, { deadline: Date.now() + Math.max(withinMs, 2_500) });
}

/** Says no more of the failure than its cause. */
async function failWith(
  stage: Stage,
  { taskToken }: PollWorkflowTaskQueueResponse,
  cause: number,
): Promise<void> {
  await stage.service.respondWorkflowTaskFailed({ namespace: stage.namespace, taskToken, cause });
}

/** What the description says of tasks that come to nothing. */
async function problem(stage: Stage, label: string): Promise<void> {
  await stage.step(label, async () => {
    const { namespace, service, execution } = stage;
    const { workflowExecutionInfo } = await service.describeWorkflowExecution({ namespace, execution });
    const shown = workflowExecutionInfo?.searchAttributes?.indexedFields["TemporalReportedProblems"];
    if (shown === undefined) return { problem: "none" };
    return {
      problem: new TextDecoder().decode(shown.data),
      type: new TextDecoder().decode(shown.metadata["type"]),
    };
  });
}

const FAILURES: readonly Scenario[] = [
  defineScenario("attempts: two fail, and the third works", async (stage) => {
    await stage.start();
    for (const attempt of [1, 2]) {
      const task = await stage.pollTask();
      await see(stage, `attempt ${attempt}`, task);
      await fail(stage, task, `failure ${attempt}`);
      await stage.history(`after failure ${attempt}`);
    }
    const task = await stage.pollTask();
    await see(stage, "attempt 3", task);
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("attempts: signals between failures", async (stage) => {
    await stage.start();
    await signal(stage, "first");
    await fail(stage, await stage.pollTask(), "one");
    await signal(stage, "second");
    await fail(stage, await stage.pollTask(), "two");
    await signal(stage, "third");
    const task = await stage.pollTask();
    await see(stage, "last", task);
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("attempts: a completion that is not right, and again", async (stage) => {
    await stage.start();
    const bad = [command("startTimer", { timerId: "", startToFireTimeout: seconds(1) })];
    const first = await stage.pollTask();
    await stage.step("attempt 1", () => stage.complete(first, bad));
    await stage.history("after attempt 1");
    const second = await stage.pollTask();
    await stage.step("attempt 2", () => stage.complete(second, bad));
    await stage.history("after attempt 2");
    await stage.step("attempt 2, right", () => stage.complete(second, [completing()]));
    await stage.history();
  }),

  defineScenario("attempts: the cause that is told counts", async (stage) => {
    const { namespace, service } = stage;
    for (const cause of [23, 0, 999]) {
      const workflowId = stage.id(`cause ${cause}`);
      await stage.start({ workflowId });
      const { taskToken } = await stage.pollTask();
      await stage.step(`cause ${cause}`, () =>
        service.respondWorkflowTaskFailed({ namespace, taskToken, cause, identity: "workflow-worker" }),
      );
      await stage.history(`history of ${cause}`, { workflowId });
      await stop(stage, workflowId);
    }
  }),

  defineScenario(
    "attempts: five that come to nothing are a reported problem, until one is completed",
    async (stage) => {
      await stage.start();
      for (const cause of [14, 3, 24, 14, 22, 24]) {
        const task = await stage.pollTask();
        await failWith(stage, task, cause);
        await problem(stage, `attempt ${task.attempt} failed`);
      }
      await signal(stage, "goes on counting?");
      for (const cause of [24, 14]) {
        const task = await stage.pollTask();
        await failWith(stage, task, cause);
        await problem(stage, `attempt ${task.attempt} after a signal failed`);
      }
      await stage.complete(await stage.pollTask());
      await problem(stage, "completed");
    },
  ),

  defineScenario("attempts: a reported problem stays when the workflow is terminated", async (stage) => {
    await stage.start();
    for (let attempt = 1; attempt <= 5; attempt++) await failWith(stage, await stage.pollTask(), 24);
    const { namespace, service } = stage;
    await service.terminateWorkflowExecution({ namespace, workflowExecution: stage.execution });
    await problem(stage, "terminated");
  }),

  defineScenario("attempts: too large to send ends the workflow", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    const { taskToken } = await stage.pollTask();
    await stage.step("failed", () =>
      service.respondWorkflowTaskFailed({ namespace, taskToken, cause: 36, failure: { message: "large" } }),
    );
    await stage.history();
  }),
];

const TIMEOUTS: readonly Scenario[] = [
  defineScenario("attempts: a task times out and comes again", async (stage) => {
    await stage.start({ workflowTaskTimeout: seconds(2) });
    await see(stage, "first", await stage.pollTask());
    const second = await stage.pollTask();
    await see(stage, "second", second);
    await stage.history("meanwhile");
    await stage.complete(second, [completing()]);
    await stage.history();
  }),

  defineScenario("attempts: two time out, with a signal in the buffer", async (stage) => {
    await stage.start({ workflowTaskTimeout: seconds(2) });
    await stage.pollTask();
    await signal(stage);
    const second = await stage.pollTask();
    await see(stage, "second", second);
    const third = await stage.pollTask();
    await see(stage, "third", third);
    await stage.step("second, late", () => stage.complete(second, [completing()]));
    await stage.complete(third, [completing()]);
    await stage.history();
  }),

  defineScenario("attempts: what the buffer had makes the next task an ordinary one", async (stage) => {
    await stage.start();
    await fail(stage, await stage.pollTask(), "one");
    const second = await stage.pollTask();
    await signal(stage, "first");
    await fail(stage, second, "two");
    const third = await stage.pollTask();
    await see(stage, "third", third);
    await stage.complete(third);
    await signal(stage, "second");
    await stage.finish();
    await stage.history();
  }),
];

const STICKY: readonly Scenario[] = [
  defineScenario("sticky: nobody takes the task there in time", async (stage) => {
    await stuck(stage, 1);
    await signal(stage);
    const task = await stage.pollTask();
    await see(stage, "on the normal queue", task);
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("sticky: reset, and then the task times out", async (stage) => {
    await stuck(stage, 2);
    await signal(stage);
    // The task is in the sticky queue by then.
    await stage.pause(500);
    const { namespace, service, execution } = stage;
    await stage.step("reset", () => service.resetStickyTaskQueue({ namespace, execution }));
    const task = await stage.pollTask();
    await see(stage, "on the normal queue", task);
    const again = await stage.pollTask();
    await see(stage, "again", again);
    await stage.complete(again, [completing()]);
    await stage.history();
  }),

  defineScenario("sticky: a failure there makes no second attempt", async (stage) => {
    await stuck(stage, 5);
    await signal(stage);
    const task = await pollSticky(stage, 10_000);
    await see(stage, "on the sticky queue", task);
    await fail(stage, task, "cache lost");
    const next = await stage.pollTask();
    await see(stage, "on the normal queue", next);
    await stage.complete(next, [completing()]);
    await stage.history();
  }),

  defineScenario("sticky: a task that was taken there times out", async (stage) => {
    await stuck(stage, 5);
    await signal(stage);
    await see(stage, "on the sticky queue", await pollSticky(stage, 10_000));
    const next = await stage.pollTask();
    await see(stage, "on the normal queue", next);
    await stage.complete(next, [completing()]);
    await stage.history();
  }),

  defineScenario(
    "sticky: kept by a completion that says so, given up by one that does not",
    async (stage) => {
      await stuck(stage, 5);
      await signal(stage, "first");
      const kept = await pollSticky(stage, 10_000);
      await stage.complete(kept, [], { stickyAttributes: stickyOf(stage, 5) });
      await signal(stage, "second");
      const last = await pollSticky(stage, 10_000);
      await see(stage, "kept", last);
      await stage.complete(last);
      await signal(stage, "third");
      const task = await stage.pollTask();
      await see(stage, "given up", task);
      await stage.complete(task, [completing()]);
      await stage.history();
    },
  ),
];

/** Attempts of workflow tasks: what fails, times out, or does not come by way of the sticky queue. */
export const TASK_ATTEMPTS: readonly Scenario[] = [...FAILURES, ...TIMEOUTS, ...STICKY];
