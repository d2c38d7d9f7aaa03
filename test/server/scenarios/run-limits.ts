import { schedule } from "./activity-steps.ts";
import { completing, signal } from "./chain-steps.ts";
import { startingChild } from "./child-basics.ts";
import type { ServerSettings } from "./compare.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";
import {
  acceptance,
  commandsOf,
  known,
  rejection,
  response,
  sendUpdate,
  startIdle,
  updateRequest,
} from "./update-steps.ts";

/** Limits of one run, low on both servers, so that reaching them takes no time. */
export const LOW_LIMITS: ServerSettings = {
  dynamicConfig: {
    "limit.historyCount.error": "40",
    "limit.historySize.error": "100000",
    "limit.numPendingActivities.error": "3",
    "limit.numPendingChildExecutions.error": "3",
    "limit.numPendingSignals.error": "3",
    "limit.numPendingCancelRequests.error": "3",
    "history.maximumSignalsPerExecution": "8",
    "history.maximumBufferedEventsSizeInBytes": "10000",
    "limit.mutableStateSize.error": "30000",
    "history.maxInFlightUpdates": "3",
    "history.maxTotalUpdates": "5",
  },
  limits: {
    historyEvents: 40,
    historyBytes: 100_000,
    pending: 3,
    signals: 8,
    bufferedBytes: 10_000,
    stateBytes: 30_000,
    updatesInFlight: 3,
    updates: 5,
  },
};

const FOUR = [1, 2, 3, 4] as const;

/** The last events of a run, whole. */
async function last(stage: Stage, step: string, count: number): Promise<void> {
  await stage.step(
    step,
    () => stage.events(),
    (events) => events.slice(-count),
  );
}

async function describe(stage: Stage, step: string): Promise<void> {
  const { namespace, execution } = stage;
  await stage.step(
    step,
    () => stage.service.describeWorkflowExecution({ namespace, execution }),
    ({ workflowExecutionInfo: info, pendingActivities, pendingChildren, pendingWorkflowTask }) => ({
      status: info?.status,
      historyLength: info?.historyLength,
      activities: pendingActivities.length,
      children: pendingChildren.length,
      task: pendingWorkflowTask?.state,
    }),
  );
}

const markers = (count: number): ReturnType<typeof command>[] =>
  Array.from({ length: count }, () => command("recordMarker", { markerName: "m" }));

async function startWithSignal(stage: Stage, signalName: string): Promise<unknown> {
  return await stage.service.signalWithStartWorkflowExecution({
    namespace: stage.namespace,
    workflowId: stage.workflowId,
    workflowType: { name: "scenario" },
    taskQueue: { name: stage.taskQueue },
    requestId: crypto.randomUUID(),
    signalName,
  });
}

/** What a run may have at most, and what happens beyond. */
export const RUN_LIMITS_REACHED: readonly Scenario[] = [
  defineScenario("run limits: signals", async (stage) => {
    await stage.start();
    const { namespace, execution } = stage;
    const request = { namespace, workflowExecution: execution, signalName: "s", requestId: stage.id("same") };
    await stage.service.signalWorkflowExecution(request);
    for (let n = 1; n < 8; n += 1) await signal(stage);
    await stage.step("one more", () => signal(stage));
    await stage.step("a known one", () => stage.service.signalWorkflowExecution(request));
    await stage.step("signal with start", () => startWithSignal(stage, "s"));
    await stage.start({ workflowId: stage.id("sender"), taskQueue: { name: stage.id("senders") } });
    const task = await stage.pollTask(stage.id("senders"));
    await stage.step("from another workflow", () =>
      stage.complete(task, [
        command("signalExternalWorkflowExecution", { execution: stage.execution, signalName: "s" }),
      ]),
    );
    await stage.until("signalExternalWorkflowExecutionFailed", { workflowId: stage.id("sender"), runId: "" });
    await stage.history("what the sender hears", { workflowId: stage.id("sender") });
    await describe(stage, "the run goes on");
    await stage.step("cancel", () =>
      stage.service.requestCancelWorkflowExecution({ namespace, workflowExecution: execution }),
    );
    await stage.finish();
    await last(stage, "end", 5);
  }),

  defineScenario("run limits: activities", async (stage) => {
    await stage.start();
    const all = FOUR.map((n) => schedule(stage, { activityId: `a${n}` }));
    let task = await stage.pollTask();
    await stage.step("four at once", () => stage.complete(task, all));
    await last(stage, "the task failed", 1);
    task = await stage.pollTask();
    await stage.complete(task, all.slice(0, 3), { forceCreateNewWorkflowTask: true });
    task = await stage.pollTask();
    await stage.step("the fourth", () => stage.complete(task, all.slice(3)));
    await last(stage, "it failed too", 1);
    await describe(stage, "three are under way");
    const activity = await stage.pollActivity();
    const { namespace } = stage;
    await stage.service.respondActivityTaskCompleted({ namespace, taskToken: activity.taskToken });
    task = await stage.pollTask();
    await stage.step("the fourth, when one has ended", () => stage.complete(task, all.slice(3)));
    await describe(stage, "three again");
  }),

  defineScenario("run limits: children", async (stage) => {
    await stage.start();
    const all = FOUR.map((n) => startingChild(stage, { workflowId: stage.id(`c${n}`) }));
    const task = await stage.pollTask();
    await stage.step("four at once", () => stage.complete(task, all));
    await last(stage, "the task failed", 1);
    await describe(stage, "none was started");
  }),

  defineScenario("run limits: signals to other workflows", async (stage) => {
    await stage.start();
    const all = FOUR.map((n) =>
      command("signalExternalWorkflowExecution", { execution: { workflowId: `w${n}` }, signalName: "s" }),
    );
    const task = await stage.pollTask();
    await stage.step("four at once", () => stage.complete(task, all));
    await last(stage, "the task failed", 1);
  }),

  defineScenario("run limits: cancel requests to other workflows", async (stage) => {
    await stage.start();
    const all = FOUR.map((n) => command("requestCancelExternalWorkflowExecution", { workflowId: `w${n}` }));
    const task = await stage.pollTask();
    await stage.step("four at once", () => stage.complete(task, all));
    await last(stage, "the task failed", 1);
  }),

  defineScenario("run limits: updates under way", async (stage) => {
    await startIdle(stage);
    const ids = ["u1", "u2", "u3"];
    const sent = ids.map((updateId) => sendUpdate(stage, updateId));
    for (const updateId of ids) await known(stage, updateId);
    await stage.step("a fourth", () => sendUpdate(stage, "u4"));
    await stage.step("a known one", () =>
      stage.service.updateWorkflowExecution(
        updateRequest(stage, "u2", { waitPolicy: { lifecycleStage: 1 } }),
      ),
    );
    const task = await stage.pollTask();
    const messages = [
      acceptance("u1"),
      response("u1"),
      acceptance("u2"),
      response("u2"),
      acceptance("u3"),
      response("u3"),
    ];
    await stage.step("answers", () => stage.complete(task, commandsOf(messages), { messages }));
    await Promise.all(sent);
    const late = sendUpdate(stage, "u4");
    await known(stage, "u4");
    const next = await stage.pollTask();
    await stage.complete(next, [], { messages: [rejection("u4")] });
    await stage.step("the fourth, when the others have ended", () => late);
  }),

  defineScenario("run limits: updates in all", async (stage) => {
    await startIdle(stage);
    for (const updateId of ["u1", "u2", "u3", "u4", "u5"]) {
      const sent = sendUpdate(stage, updateId);
      const task = await stage.pollTask();
      const messages = [acceptance(updateId), response(updateId)];
      await stage.complete(task, commandsOf(messages), { messages });
      await sent;
    }
    await stage.step("one more", () => sendUpdate(stage, "u6"));
    await stage.step("a known one", () => sendUpdate(stage, "u5"));
  }),

  defineScenario("run limits: events, by a worker", async (stage) => {
    await stage.start();
    let task = await stage.pollTask();
    await stage.complete(task, markers(30), { forceCreateNewWorkflowTask: true });
    task = await stage.pollTask();
    await stage.step("too many", () => stage.complete(task, markers(10)));
    await last(stage, "the end", 3);
    await describe(stage, "closed");
    await stage.step("a signal", () => signal(stage));
    await stage.step("the same task again", () => stage.complete(task, [completing()]));
  }),

  defineScenario("run limits: events, by a worker that closes the run", async (stage) => {
    await stage.start();
    let task = await stage.pollTask();
    await stage.complete(task, markers(30), { forceCreateNewWorkflowTask: true });
    task = await stage.pollTask();
    await stage.step("many, and the end", () => stage.complete(task, [...markers(10), completing()]));
    await last(stage, "the end", 2);
  }),

  defineScenario("run limits: events, by clients", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.complete(task, markers(30), { forceCreateNewWorkflowTask: true });
    for (let n = 1; n <= 5; n += 1) await stage.step(`signal ${n}`, () => signal(stage));
    await describe(stage, "full");
    await stage.step("one more", () => signal(stage));
    await last(stage, "the end", 3);
    await stage.step("and another", () => signal(stage));
  }),

  defineScenario("run limits: bytes", async (stage) => {
    await stage.start();
    const big = command("recordMarker", { markerName: "m", details: { d: json("x".repeat(60_000)) } });
    let task = await stage.pollTask();
    await stage.step("first", () => stage.complete(task, [big], { forceCreateNewWorkflowTask: true }));
    task = await stage.pollTask();
    await stage.step("second", () => stage.complete(task, [big], { forceCreateNewWorkflowTask: true }));
    await stage.step("a signal", () => signal(stage));
    await last(stage, "the end", 3);
    await describe(stage, "closed");
  }),

  defineScenario("run limits: state by heartbeats", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const heartbeatTimeout = seconds(30);
    const commands = ["a", "b"].map((activityId) => schedule(stage, { activityId, heartbeatTimeout }));
    await stage.complete(task, commands);
    for (const name of ["first", "second"]) {
      const { taskToken } = await stage.pollActivity();
      const { namespace } = stage;
      const details = json("x".repeat(20_000));
      await stage.step(name, () =>
        stage.service.recordActivityTaskHeartbeat({ namespace, taskToken, details }),
      );
    }
    await last(stage, "the end", 1);
    await describe(stage, "closed");
  }),

  defineScenario("run limits: state by the memo", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const [large] = json("x".repeat(40_000)).payloads ?? [];
    const grow = command("modifyWorkflowProperties", { upsertedMemo: { fields: { large } } });
    await stage.step("too much", () => stage.complete(task, [grow]));
    await last(stage, "the end", 2);
    await describe(stage, "closed");
  }),

  defineScenario("run limits: bytes in the buffer", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const { namespace, execution } = stage;
    for (let n = 1; n <= 3; n += 1) {
      await stage.step(`signal ${n}`, () =>
        stage.service.signalWorkflowExecution({
          namespace,
          workflowExecution: execution,
          signalName: `s${n}`,
          input: json("x".repeat(4_000)),
        }),
      );
    }
    await stage.step(
      "the task failed",
      () => stage.events(),
      (events) =>
        events
          .slice(2)
          .map(
            ({ eventId, attributes }) => `${eventId} ${attributes.case?.slice(0, -"EventAttributes".length)}`,
          ),
    );
    await stage.step("too late", () => stage.complete(task, [completing()]));
  }),
];
