import { schedule } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** Describes a queue. Logged is what does not depend on the moment, nor on how a server limits rates. */
function describe(
  stage: Stage,
  step: string,
  request: Parameters<Stage["service"]["describeTaskQueue"]>[0],
): Promise<unknown> {
  const { namespace } = stage;
  return stage.step(
    step,
    () => stage.service.describeTaskQueue({ namespace, ...request }),
    ({ effectiveRateLimit: _limit, taskQueueStatus, stats, statsByPriorityKey, ...shown }) => ({
      ...shown,
      backlogHint: taskQueueStatus && [taskQueueStatus.backlogCountHint],
      stats: stats && [stats.approximateBacklogCount],
      priorities: Object.keys(statsByPriorityKey),
    }),
  );
}

/** What the server tells of a task queue. */
export const DESCRIBE_QUEUE: readonly Scenario[] = [
  defineScenario("task queue: nobody there", async (stage) => {
    const taskQueue = { name: stage.taskQueue };
    await describe(stage, "workflow", { taskQueue, taskQueueType: 1 });
    await describe(stage, "activity", { taskQueue, taskQueueType: 2 });
    await describe(stage, "no type", { taskQueue });
    await describe(stage, "with status", { taskQueue, taskQueueType: 1, includeTaskQueueStatus: true });
    await describe(stage, "with stats", { taskQueue, taskQueueType: 1, reportStats: true });
    await describe(stage, "with config", { taskQueue, taskQueueType: 1, reportConfig: true });
    await describe(stage, "no name", { taskQueue: { name: "" } });
    await describe(stage, "missing", {});
    await describe(stage, "long name", { taskQueue: { name: "q".repeat(1001) } });
    await describe(stage, "sticky", { taskQueue: { name: stage.taskQueue, kind: 2 }, taskQueueType: 1 });
    await describe(stage, "enhanced", {
      taskQueue,
      apiMode: 1,
      reportStats: true,
      reportPollers: true,
      taskQueueTypes: [1, 2],
    });
    await describe(stage, "nexus", { taskQueue, taskQueueType: 3 });
  }),

  defineScenario("task queue: all versions, of what is no whole queue", async (stage) => {
    const { taskQueue: name } = stage;
    const sticky = { name: stage.id("sticky"), kind: 2, normalName: name };
    await describe(stage, "sticky", { taskQueue: sticky, apiMode: 1 });
    await describe(stage, "a part", { taskQueue: { name: `/_sys/${name}/1` }, apiMode: 1 });
    await describe(stage, "the root by its name", { taskQueue: { name: `/_sys/${name}/0` }, apiMode: 1 });
    await describe(stage, "no name", { taskQueue: {}, apiMode: 1 });
  }),

  defineScenario("task queue: pollers", async (stage) => {
    const taskQueue = { name: stage.taskQueue };
    await stage.start();
    await stage.decide(schedule(stage));
    await stage.pollActivity();
    await describe(stage, "workflow", { taskQueue, taskQueueType: 1 });
    await describe(stage, "activity", { taskQueue, taskQueueType: 2, reportStats: true });
  }),

  defineScenario("task queue: a poller that wants few tasks", async (stage) => {
    const { namespace, service } = stage;
    const taskQueue = { name: stage.taskQueue };
    await stage.start();
    await stage.decide(schedule(stage));
    const request = { namespace, taskQueue, taskQueueMetadata: { maxTasksPerSecond: 7.5 }, identity: "slow" };
    await service.pollActivityTaskQueue(request, { deadline: Date.now() + 30_000 });
    await describe(stage, "activity", { taskQueue, taskQueueType: 2 });
  }),

  defineScenario("task queue: a backlog", async (stage) => {
    await stage.start();
    const name = stage.id("backlog");
    await stage.decide(
      schedule(stage, { activityId: "a", taskQueue: { name } }),
      schedule(stage, { activityId: "b", taskQueue: { name }, priority: { priorityKey: 1 } }),
    );
    await stage.pause(1500);
    const { namespace, service } = stage;
    await stage.step(
      "activity",
      () =>
        service.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: 2, reportStats: true }),
      ({ stats, statsByPriorityKey }) => ({
        backlog: stats?.approximateBacklogCount,
        // A young queue's rate is of its own age: both tasks came within a second or two.
        fast: (stats?.tasksAddRate ?? 0) > 0.3,
        byPriority: Object.entries(statsByPriorityKey).map(([key, of]) => [key, of.approximateBacklogCount]),
      }),
    );
  }),

  defineScenario("task queue: partitions", async (stage) => {
    const { service, namespace } = stage;
    await stage.step("no name", () => service.listTaskQueuePartitions({ namespace, taskQueue: {} }));
    await stage.step("missing", () => service.listTaskQueuePartitions({ namespace }));
  }),
];
