import { answerTo, schedule } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

type Execution = { readonly workflowId: string; readonly runId?: string };

async function describe(stage: Stage, step: string, execution: Execution = stage.execution): Promise<void> {
  const { namespace, service } = stage;
  await stage.step(step, () => service.describeWorkflowExecution({ namespace, execution }));
}

async function signal(stage: Stage, request: { readonly requestId?: string } = {}): Promise<void> {
  const { namespace, service, execution: workflowExecution } = stage;
  await service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "wake", ...request });
}

/** Asks for an update that nobody answers in time. */
async function update(stage: Stage, updateId: string): Promise<void> {
  const { namespace, service, execution: workflowExecution } = stage;
  const request = { meta: { updateId, identity: "client" }, input: { name: "change", args: json(1) } };
  const asked = service.updateWorkflowExecution(
    { namespace, workflowExecution, waitPolicy: { lifecycleStage: 2 }, request },
    { deadline: Date.now() + 20_000 },
  );
  asked.catch(() => undefined);
  await stage.pause(500);
}

async function reset(
  stage: Stage,
  workflowTaskFinishEventId: number,
  requestId: string = crypto.randomUUID(),
  baseRunId = "",
): Promise<string> {
  const { namespace, service, workflowId } = stage;
  const workflowExecution = { workflowId, runId: baseRunId };
  const { runId } = await service.resetWorkflowExecution({
    namespace,
    workflowExecution,
    reason: "again",
    requestId,
    workflowTaskFinishEventId,
  });
  return runId;
}

/** What the server tells of workflows in states of all kinds, field by field. */
export const DESCRIBE_STATES: readonly Scenario[] = [
  defineScenario("described: a run that was reset, and the one that it was reset to", async (stage) => {
    const first = await stage.start({
      workflowExecutionTimeout: seconds(90),
      workflowRunTimeout: seconds(80),
      memo: { fields: { note: json("x").payloads?.[0] } },
      searchAttributes: { indexedFields: { CustomKeyword: json("kw").payloads?.[0] } },
    });
    await stage.decide(
      schedule(stage, {}),
      command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) }),
    );
    await signal(stage);
    await stage.decide();
    const second = await reset(stage, 4);
    await describe(stage, "base", { workflowId: stage.workflowId, runId: first });
    await describe(stage, "reset", { workflowId: stage.workflowId, runId: second });
    await stage.step("start of the same workflow", () => stage.start());
    await stage.decide(command("completeWorkflowExecution", { result: json("done") }));
    await describe(stage, "reset, closed");
    const third = await reset(stage, 4, stage.id("r-third"));
    const again = await reset(stage, 4, stage.id("r-third"));
    await stage.step("the same request once more", async () => again === third);
    const fourth = await reset(stage, 4, stage.id("r-fourth"), first);
    await describe(stage, "reset a second time", { workflowId: stage.workflowId, runId: third });
    await describe(stage, "the first once more", { workflowId: stage.workflowId, runId: fourth });
    await describe(stage, "what it was reset from", { workflowId: stage.workflowId, runId: second });
    await describe(stage, "the first of all", { workflowId: stage.workflowId, runId: first });
  }),

  defineScenario("described: reset points of builds", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.complete(task, [], { binaryChecksum: "build-1" });
    await signal(stage);
    const second = await stage.pollTask();
    await stage.complete(second, [], { binaryChecksum: "build-2" });
    await describe(stage, "two builds");
    await reset(stage, 4);
    await describe(stage, "reset to the first");
  }),

  defineScenario("described: continued as new", async (stage) => {
    const first = await stage.start({
      workflowRunTimeout: seconds(50),
      workflowExecutionTimeout: seconds(100),
    });
    await stage.decide(
      command("continueAsNewWorkflowExecution", {
        workflowType: { name: "next" },
        taskQueue: { name: stage.taskQueue },
        memo: { fields: { now: json("here").payloads?.[0] } },
        searchAttributes: { indexedFields: { Amount: json(3).payloads?.[0] } },
        workflowRunTimeout: seconds(20),
      }),
    );
    await describe(stage, "the first", { workflowId: stage.workflowId, runId: first });
    await describe(stage, "the next");
  }),

  defineScenario("described: with a cron schedule", async (stage) => {
    const first = await stage.start({ cronSchedule: "@every 2s", workflowRunTimeout: seconds(30) });
    await describe(stage, "waits for its first time");
    await stage.finish();
    await describe(stage, "the first", { workflowId: stage.workflowId, runId: first });
    await describe(stage, "the next");
  }),

  defineScenario("described: retried", async (stage) => {
    const first = await stage.start({
      retryPolicy: { initialInterval: seconds(30), maximumAttempts: 3 },
      workflowExecutionTimeout: seconds(300),
      workflowRunTimeout: seconds(20),
    });
    await stage.decide(command("failWorkflowExecution", { failure: { message: "oops" } }));
    await describe(stage, "the first", { workflowId: stage.workflowId, runId: first });
    await describe(stage, "the next waits");
  }),

  defineScenario("described: memo and attributes that change", async (stage) => {
    await stage.start({
      memo: { fields: { keep: json("k").payloads?.[0], drop: json("d").payloads?.[0] } },
      searchAttributes: {
        indexedFields: { OrderId: json("o-1").payloads?.[0], Amount: json(1).payloads?.[0] },
      },
      priority: { priorityKey: 4, fairnessKey: "tenant", fairnessWeight: 2.5 },
    });
    await describe(stage, "started");
    await stage.decide(
      command("upsertWorkflowSearchAttributes", {
        searchAttributes: {
          indexedFields: { Amount: json(2).payloads?.[0], Tags: json(["a", "b"]).payloads?.[0] },
        },
      }),
      command("modifyWorkflowProperties", {
        upsertedMemo: { fields: { more: json("m").payloads?.[0], drop: json(null).payloads?.[0] } },
      }),
      command("recordMarker", { markerName: "mark", details: {} }),
    );
    await describe(stage, "changed");
  }),

  defineScenario("described: request ids", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    await describe(stage, "started");
    const links = [
      { variant: { case: "workflowEvent", value: { namespace, workflowId: "other", runId: "other-run" } } },
    ] as const;
    await service.startWorkflowExecution({
      namespace,
      workflowId: stage.workflowId,
      workflowType: { name: "scenario" },
      taskQueue: { name: stage.taskQueue },
      identity: "second",
      requestId: stage.id("r-1"),
      workflowIdConflictPolicy: 2,
      onConflictOptions: { attachRequestId: true, attachLinks: true },
      links,
    });
    await describe(stage, "another start attached");
    await signal(stage, { requestId: stage.id("r-2") });
    await describe(stage, "signal, no task before");
    const task = await stage.pollTask();
    await signal(stage, { requestId: stage.id("r-3") });
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "linked",
      requestId: stage.id("r-4"),
      links,
    });
    await describe(stage, "signals buffered");
    await stage.complete(task);
    await describe(stage, "signals flushed");
    await service.requestCancelWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      requestId: stage.id("r-5"),
      links,
    });
    await describe(stage, "cancel requested");
    await service.terminateWorkflowExecution({ namespace, workflowExecution: stage.execution, links });
    await describe(stage, "terminated");
    await stage.history();
  }),

  defineScenario("described: started by a signal", async (stage) => {
    const { namespace, service } = stage;
    await service.signalWithStartWorkflowExecution({
      namespace,
      workflowId: stage.workflowId,
      workflowType: { name: "scenario" },
      taskQueue: { name: stage.taskQueue },
      identity: "starter",
      requestId: crypto.randomUUID(),
      signalName: "first",
      userMetadata: { summary: json("sum").payloads?.[0], details: json("long").payloads?.[0] },
      priority: { priorityKey: 1 },
    });
    await stage.step(
      "started",
      () => service.describeWorkflowExecution({ namespace, execution: stage.execution }),
      // The real server says that event 2, the signal, was the start.
      ({ workflowExtendedInfo, ...shown }) => ({
        ...shown,
        workflowExtendedInfo: { ...workflowExtendedInfo, requestIdInfos: {} },
      }),
    );
  }),

  defineScenario("described: an update under way", async (stage) => {
    await stage.start();
    await stage.decide();
    await update(stage, "u1");
    await describe(stage, "speculative task waits");
    const task = await stage.pollTask();
    await describe(stage, "speculative task runs");
    await stage.service.respondWorkflowTaskFailed({
      namespace: stage.namespace,
      taskToken: task.taskToken,
      cause: 24,
      failure: { message: "oops" },
    });
    await describe(stage, "failed");
  }),

  defineScenario("described: a child in all its states", async (stage) => {
    const child = stage.id("child");
    await stage.start();
    await stage.decide(
      command("startChildWorkflowExecution", {
        workflowId: child,
        workflowType: { name: "child" },
        taskQueue: { name: stage.id("children") },
        parentClosePolicy: 3,
        cronSchedule: "",
        memo: { fields: { of: json("child").payloads?.[0] } },
        searchAttributes: { indexedFields: { CustomKeyword: json("c").payloads?.[0] } },
        priority: { priorityKey: 5 },
        workflowRunTimeout: seconds(40),
        retryPolicy: { maximumAttempts: 2 },
      }),
    );
    await stage.until("childWorkflowExecutionStarted");
    await describe(stage, "parent");
    await describe(stage, "child", { workflowId: child });
    const task = await stage.pollTask(stage.id("children"));
    await describe(stage, "child with its task", { workflowId: child });
    await stage.complete(task, [
      command("startChildWorkflowExecution", {
        workflowId: stage.id("grandchild"),
        workflowType: { name: "grandchild" },
        taskQueue: { name: stage.id("nobody") },
        parentClosePolicy: 1,
      }),
    ]);
    await stage.until("childWorkflowExecutionStarted", { workflowId: child });
    await describe(stage, "grandchild", { workflowId: stage.id("grandchild") });
    const { namespace, service } = stage;
    await service.terminateWorkflowExecution({ namespace, workflowExecution: { workflowId: child } });
    await stage.until("childWorkflowExecutionTerminated");
    await describe(stage, "parent after", stage.execution);
  }),

  defineScenario("described: ends of all kinds", async (stage) => {
    const ends = [
      ["completed", [command("completeWorkflowExecution", { result: json(1) })]],
      ["failed", [command("failWorkflowExecution", { failure: { message: "oops" } })]],
    ] as const;
    for (const [name, commands] of ends) {
      const workflowId = stage.id(name);
      await stage.start({ workflowId });
      await stage.decide(...commands);
      await describe(stage, name, { workflowId });
    }
    const workflowId = stage.id("timed-out");
    await stage.start({ workflowId, workflowRunTimeout: seconds(1) });
    await stage.until("workflowExecutionTimedOut", { workflowId });
    await describe(stage, "timed out", { workflowId });
  }),

  defineScenario("described: pending activities of many kinds", async (stage) => {
    await stage.start({ workflowRunTimeout: seconds(70) });
    await stage.decide(
      schedule(stage, { activityId: "bare", scheduleToCloseTimeout: seconds(100) }),
      schedule(stage, {
        activityId: "full",
        taskQueue: { name: stage.id("far") },
        scheduleToStartTimeout: seconds(11),
        startToCloseTimeout: seconds(12),
        heartbeatTimeout: seconds(2.5),
        retryPolicy: {
          initialInterval: seconds(1),
          maximumInterval: seconds(5),
          backoffCoefficient: 1.5,
          maximumAttempts: 7,
          nonRetryableErrorTypes: ["No"],
        },
        priority: { priorityKey: 2, fairnessKey: "k" },
      }),
    );
    await describe(stage, "scheduled");
    const task = await stage.pollActivity(stage.id("far"));
    await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json([1, 2]) });
    await describe(stage, "one runs");
    await stage.service.respondActivityTaskFailed({
      ...answerTo(stage, task),
      failure: {
        message: "no",
        failureInfo: { case: "applicationFailureInfo", value: { type: "T", nextRetryDelay: seconds(40) } },
      },
      lastHeartbeatDetails: json("kept"),
    });
    await describe(stage, "one backs off for as long as it said");
  }),
];
