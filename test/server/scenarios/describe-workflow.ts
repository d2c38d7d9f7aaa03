import { answerTo, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

async function describe(stage: Stage, step: string): Promise<void> {
  const { namespace, execution } = stage;
  await stage.step(step, () => stage.service.describeWorkflowExecution({ namespace, execution }));
}

/** What the server tells of a workflow. */
export const DESCRIBE_WORKFLOW: readonly Scenario[] = [
  defineScenario("describe: from start to end", async (stage) => {
    await stage.start({
      workflowRunTimeout: seconds(50),
      workflowExecutionTimeout: seconds(100),
      workflowTaskTimeout: seconds(7),
      memo: { fields: { note: json("x").payloads?.[0] } },
      input: json("in"),
      userMetadata: { summary: json("sum").payloads?.[0] },
      retryPolicy: { maximumAttempts: 3 },
      priority: { priorityKey: 2 },
    });
    await describe(stage, "task scheduled");
    const task = await stage.pollTask();
    await describe(stage, "task started");
    await stage.complete(task, [command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) })]);
    await describe(stage, "idle");
    await stage.service.requestCancelWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      identity: "someone",
      reason: "enough",
    });
    await describe(stage, "cancel requested");
    await stage.decide(command("cancelWorkflowExecution", { details: json("bye") }));
    await describe(stage, "closed");
  }),

  defineScenario("describe: a terminated workflow with things pending", async (stage) => {
    await stage.start();
    await stage.decide(
      schedule(stage, { retryPolicy: { maximumAttempts: 1 } }),
      command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) }),
    );
    const { namespace, execution: workflowExecution } = stage;
    await stage.service.terminateWorkflowExecution({ namespace, workflowExecution, identity: "someone" });
    await describe(stage, "closed");
    await stage.history();
  }),

  defineScenario("describe: a terminated workflow with a task that nobody took", async (stage) => {
    await stage.start();
    const { namespace, execution } = stage;
    await stage.service.terminateWorkflowExecution({ namespace, workflowExecution: execution });
    await describe(stage, "closed");
    await stage.history();
  }),

  defineScenario("describe: an activity over its life", async (stage) => {
    const { service } = stage;
    await scheduled(stage, {
      scheduleToCloseTimeout: seconds(100),
      heartbeatTimeout: seconds(5),
      retryPolicy: { initialInterval: seconds(0.5), backoffCoefficient: 3, maximumAttempts: 4 },
      priority: { priorityKey: 1 },
    });
    await describe(stage, "scheduled");
    const task = await stage.pollActivity();
    await describe(stage, "started");
    await service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json("half") });
    await describe(stage, "heartbeat");
    await service.respondActivityTaskFailed({
      ...answerTo(stage, task),
      failure: failed("first", { type: "First" }),
    });
    await describe(stage, "backs off");
    const second = await stage.pollActivity();
    await describe(stage, "second attempt");
    await service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      signalName: "wake",
    });
    await stage.decide(command("requestCancelActivityTask", { scheduledEventId: 5 }));
    await describe(stage, "cancel requested");
    await service.respondActivityTaskCanceled(answerTo(stage, second));
    await describe(stage, "gone");
  }),

  defineScenario("describe: an activity whose heartbeat stopped", async (stage) => {
    const first = await taken(stage, {
      heartbeatTimeout: seconds(1),
      retryPolicy: { initialInterval: seconds(60) },
    });
    await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, first), details: json("last") });
    await stage.pause(4000);
    const { namespace, execution } = stage;
    await stage.step(
      "backs off",
      () => stage.service.describeWorkflowExecution({ namespace, execution }),
      // The real server counts the interval from the year 1, as the attempt was not completed but timed out.
      ({ pendingActivities }) => pendingActivities.map(({ currentRetryInterval: _, ...shown }) => shown),
    );
  }),

  defineScenario("describe: a failing workflow task", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.service.respondWorkflowTaskFailed({
      namespace: stage.namespace,
      taskToken: task.taskToken,
      cause: 24,
      failure: failed("oops"),
      identity: "workflow-worker",
    });
    await describe(stage, "second attempt waits");
    await stage.pollTask();
    await describe(stage, "second attempt runs");
  }),

  defineScenario("describe: a delayed start", async (stage) => {
    await stage.start({ workflowStartDelay: seconds(60) });
    await describe(stage, "delayed");
  }),

  defineScenario("describe: nothing there", async (stage) => {
    const { service, namespace } = stage;
    const executions = [
      ["unknown", { workflowId: stage.id("nobody") }],
      ["no id", { workflowId: "" }],
      ["malformed run", { workflowId: stage.workflowId, runId: "run" }],
      ["unknown run", { workflowId: stage.workflowId, runId: "11111111-2222-4333-8444-555555555555" }],
      ["missing", undefined],
    ] as const;
    await stage.start();
    for (const [step, execution] of executions)
      await stage.step(step, () => service.describeWorkflowExecution({ namespace, execution }));
  }),

  defineScenario("describe: children and sticky", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.complete(
      task,
      [
        command("startChildWorkflowExecution", {
          workflowId: stage.id("child"),
          workflowType: { name: "child" },
          taskQueue: { name: stage.id("children") },
          parentClosePolicy: 2,
        }),
      ],
      {
        stickyAttributes: {
          workerTaskQueue: { name: stage.id("sticky"), kind: 2, normalName: stage.taskQueue },
          scheduleToStartTimeout: seconds(5),
        },
      },
    );
    await stage.until("childWorkflowExecutionStarted");
    await describe(stage, "parent");
    await stage.step("child", () =>
      stage.service.describeWorkflowExecution({
        namespace: stage.namespace,
        execution: { workflowId: stage.id("child") },
      }),
    );
  }),

  defineScenario("sticky reset", async (stage) => {
    const { service, namespace } = stage;
    await scheduled(stage);
    await stage.step("open", () => service.resetStickyTaskQueue({ namespace, execution: stage.execution }));
    await stage.step("unknown", () =>
      service.resetStickyTaskQueue({ namespace, execution: { workflowId: stage.id("nobody") } }),
    );
    await stage.step("no id", () => service.resetStickyTaskQueue({ namespace, execution: {} }));
    await stage.step("missing", () => service.resetStickyTaskQueue({ namespace }));
    await stage.step("malformed run", () =>
      service.resetStickyTaskQueue({ namespace, execution: { workflowId: stage.workflowId, runId: "x" } }),
    );
    await service.terminateWorkflowExecution({ namespace, workflowExecution: stage.execution });
    await stage.step("closed", () => service.resetStickyTaskQueue({ namespace, execution: stage.execution }));
  }),

  defineScenario("worker shutdown", async (stage) => {
    const { service, namespace } = stage;
    await stage.step("sticky", () =>
      service.shutdownWorker({
        namespace,
        stickyTaskQueue: stage.id("sticky"),
        identity: "worker",
        reason: "over",
      }),
    );
    await stage.step("bare", () => service.shutdownWorker({ namespace }));
    await stage.step("no namespace", () => service.shutdownWorker({}));
  }),

  defineScenario("worker shutdown with a task in its sticky queue", async (stage) => {
    const { service, namespace } = stage;
    const sticky = { name: stage.id("sticky"), kind: 2, normalName: stage.taskQueue } as const;
    await stage.start();
    await stage.complete(await stage.pollTask(), [], {
      stickyAttributes: { workerTaskQueue: sticky, scheduleToStartTimeout: seconds(4) },
    });
    await service.pollWorkflowTaskQueue(
      { namespace, taskQueue: sticky, identity: "worker" },
      { deadline: Date.now() + 2_500 },
    );
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "wake",
    });
    await service.shutdownWorker({ namespace, stickyTaskQueue: sticky.name, identity: "worker" });
    const began = Date.now();
    await stage.pollTask();
    // It is not moved: it comes back when its time in that queue is up.
    await stage.step("came back by its timeout", async () => Date.now() - began > 2_500);
    await stage.history();
  }),

  defineScenario("polls that are refused", async (stage) => {
    const { service, namespace } = stage;
    const deadline = (): number => Date.now() + 5_000;
    const taskQueue = { name: stage.taskQueue };
    const cases = [
      ["no queue", { namespace }],
      ["no name", { namespace, taskQueue: { name: "" } }],
      ["long name", { namespace, taskQueue: { name: "q".repeat(1001) } }],
      ["reserved name", { namespace, taskQueue: { name: "/_sys/x" } }],
      ["long identity", { namespace, taskQueue, identity: "i".repeat(1001) }],
      ["unknown namespace", { namespace: "no-such-namespace", taskQueue }],
      ["no namespace", { taskQueue }],
    ] as const;
    for (const [step, request] of cases) {
      await stage.step(`activity, ${step}`, () =>
        service.pollActivityTaskQueue(request, { deadline: deadline() }),
      );
      await stage.step(`workflow, ${step}`, () =>
        service.pollWorkflowTaskQueue(request, { deadline: deadline() }),
      );
    }
    await stage.step("activity, no deadline", () => service.pollActivityTaskQueue({ namespace, taskQueue }));
    await stage.step("workflow, no deadline", () => service.pollWorkflowTaskQueue({ namespace, taskQueue }));
    await stage.step("activity, short deadline", () =>
      service.pollActivityTaskQueue({ namespace, taskQueue }, { deadline: Date.now() + 1_500 }),
    );
    await stage.step("workflow, short deadline", () =>
      service.pollWorkflowTaskQueue({ namespace, taskQueue }, { deadline: Date.now() + 1_500 }),
    );
    await stage.step("activity, nothing there", () =>
      service.pollActivityTaskQueue({ namespace, taskQueue }, { deadline: Date.now() + 2_500 }),
    );
    await stage.step("workflow, nothing there", () =>
      service.pollWorkflowTaskQueue({ namespace, taskQueue }, { deadline: Date.now() + 2_500 }),
    );
  }),
];
