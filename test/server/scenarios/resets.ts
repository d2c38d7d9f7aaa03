import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Timestamp } from "../../../src/gen/codec/google/protobuf/timestamp.ts";
import { scheduled } from "./activity-steps.ts";
import { closing, completing, failing, nextRun, signal, stop } from "./chain-steps.ts";
import { decideChild, startingChild } from "./child-basics.ts";
import { reset } from "./reset-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";
import { acceptance, response, sendUpdate } from "./update-steps.ts";

const timer = command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) });

/** Logs base and newest run. */
async function bases(stage: Stage, base: string): Promise<void> {
  await stage.history("base", { workflowId: stage.workflowId, runId: base });
  await stage.history("new");
  await stop(stage);
}

/** Whole milliseconds. */
function ms(time: Init<Timestamp> | undefined): number {
  return Math.floor(Number(time?.seconds ?? 0n) * 1_000 + (time?.nanos ?? 0) / 1e6);
}

function relation(time: number, other: number): string {
  if (time === other) return "same";
  return time > other ? "later" : "earlier";
}

/** Ways in which a run that a reset made can close. */
const CLOSINGS: readonly (readonly [how: string, close: (stage: Stage) => Promise<unknown>])[] = [
  [
    "completed",
    async (stage) => {
      await signal(stage);
      await stage.finish();
    },
  ],
  ["terminated", (stage) => stop(stage)],
  ["replaced", (stage) => stage.start({ workflowIdConflictPolicy: 3 })],
  [
    "continued",
    async (stage) => {
      await signal(stage);
      await stage.decide(command("continueAsNewWorkflowExecution", { backoffStartInterval: seconds(60) }));
    },
  ],
];

/** Going back in a run. */
export const RESETS: readonly Scenario[] = [
  defineScenario("reset: to each event", async (stage) => {
    await stage.start();
    await stage.decide(timer);
    await signal(stage);
    await stage.decide();
    await stage.finish().catch(() => undefined);
    await signal(stage).catch(() => undefined);
    const runId = await stage.start({ workflowIdConflictPolicy: 2 });
    for (let finishId = 0; finishId <= 12; finishId += 1) {
      await reset(stage, `to ${finishId}`, finishId, {
        workflowExecution: { workflowId: stage.workflowId, runId },
      });
    }
    await stop(stage);
  }),

  defineScenario("reset: the new run has its start, and its times, from now on", async (stage) => {
    const { namespace, service } = stage;
    const seconds100 = { workflowRunTimeout: seconds(100), workflowExecutionTimeout: seconds(1_000) };
    await stage.start(seconds100);
    await stage.complete(await stage.pollTask(), []);
    await stage.start({ workflowId: stage.id("between") });
    const runId = await reset(stage, "reset", 4);
    if (runId === undefined) throw new Error("no reset");
    const times = async (step: string): Promise<void> => {
      const answer = await service.describeWorkflowExecution({ namespace, execution: stage.execution });
      const { workflowExecutionInfo: info, workflowExtendedInfo: extended } = answer;
      const start = ms(info?.startTime);
      await stage.step(step, async () => ({
        start: relation(start, ms(extended?.originalStartTime)),
        sinceReset: relation(start, ms(extended?.lastResetTime)),
        execution: relation(ms(info?.executionTime), start),
        run: ms(extended?.runExpirationTime) - start,
        chain: ms(extended?.executionExpirationTime) - start,
      }));
    };
    await times("reset run");
    await stage.complete(await stage.pollTask(), [command("continueAsNewWorkflowExecution", {})]);
    await stage.pollTask();
    const first = (await stage.events())[0]?.attributes;
    const inherited = first?.case === "workflowExecutionStartedEventAttributes" ? first.value : undefined;
    const events = await stage.events({ workflowId: stage.workflowId, runId });
    const end = ms(inherited?.workflowExecutionExpirationTime) - ms(events[3]?.eventTime);
    await stage.step("chain after a continue-as-new", async () => ({ fromReset: Math.round(end / 1_000) }));
  }),

  defineScenario("reset: an open run with a signal and a timer", async (stage) => {
    const base = await stage.start({ input: json("in"), memo: { fields: { m: json(1).payloads?.[0] } } });
    await stage.decide(timer);
    await signal(stage, "one");
    await stage.decide();
    await signal(stage, "two");
    await reset(stage, "reset", 4);
    await stage.finish();
    await bases(stage, base);
  }),

  defineScenario("reset: a closed run", async (stage) => {
    const base = await stage.start();
    await stage.decide(timer);
    await signal(stage, "one");
    await stage.decide(failing("bad"));
    await reset(stage, "reset", 9);
    await stage.finish();
    await bases(stage, base);
  }),

  defineScenario("reset: while a worker has the task, with a signal in the buffer", async (stage) => {
    const base = await stage.start();
    await stage.decide();
    await signal(stage, "one");
    const task = await stage.pollTask();
    await signal(stage, "buffered");
    await reset(stage, "reset", 4);
    await stage.step("too late", () => stage.complete(task));
    await stage.decide();
    await bases(stage, base);
  }),

  defineScenario("reset: what is not applied again", async (stage) => {
    const cases = [
      ["none", { resetReapplyType: 2 }],
      ["signals", { resetReapplyType: 1 }],
      ["all", { resetReapplyType: 3 }],
      ["without signals", { resetReapplyExcludeTypes: [1] }],
      ["signals without signals", { resetReapplyType: 1, resetReapplyExcludeTypes: [1] }],
    ] as const;
    for (const [name, more] of cases) {
      await stage.start({ workflowIdConflictPolicy: 3 });
      await stage.decide();
      await signal(stage, name);
      await stage.decide();
      await reset(stage, name, 4, more);
      await stage.history(`${name}: new run`);
      await stop(stage);
    }
  }),

  defineScenario("reset: an update is admitted again", async (stage) => {
    const base = await stage.start();
    await stage.decide();
    const sent = sendUpdate(stage, "update");
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [acceptance("update", 6), response("update")] });
    await sent;
    await reset(stage, "reset", 4);
    await bases(stage, base);
  }),

  defineScenario("reset: activities under way", async (stage) => {
    await scheduled(stage);
    await stage.pollActivity();
    await signal(stage);
    await stage.decide();
    const { workflowId } = stage;
    const base = (await stage.events())[0]?.attributes;
    const runId =
      base?.case === "workflowExecutionStartedEventAttributes" ? base.value.originalExecutionRunId : "";
    await reset(stage, "reset", 9);
    await stage.history("base", { workflowId, runId });
    await stage.history("new");
    await stop(stage);
  }),

  defineScenario("reset: an activity that no worker has taken", async (stage) => {
    await scheduled(stage);
    await signal(stage);
    await stage.decide();
    await reset(stage, "reset", 9);
    const task = await stage.pollActivity();
    await stage.step(
      "activity",
      () => Promise.resolve(task),
      ({ attempt, activityId }) => ({ attempt, activityId }),
    );
    await stage.history("new");
    await stop(stage);
  }),

  defineScenario("reset: a child that has ended since", async (stage) => {
    const base = await stage.start();
    await stage.decide(startingChild(stage));
    await stage.until("childWorkflowExecutionStarted");
    await stage.decide();
    await decideChild(stage, completing("out"));
    await stage.until("childWorkflowExecutionCompleted");
    await stage.decide();
    await reset(stage, "reset", 9);
    await stage.finish();
    await bases(stage, base);
  }),

  defineScenario("reset: before a child was started", async (stage) => {
    const base = await stage.start();
    await stage.decide();
    await signal(stage);
    await stage.decide(startingChild(stage));
    await stage.until("childWorkflowExecutionStarted");
    await stage.decide();
    await reset(stage, "reset", 4);
    await stage.decide(startingChild(stage));
    await stage.pause(1000);
    await stage.history("child", { workflowId: stage.id("child") });
    await bases(stage, base);
    await stop(stage, stage.id("child"));
  }),

  defineScenario("reset: a child under way goes on", async (stage) => {
    const base = await stage.start();
    await stage.decide(startingChild(stage));
    await stage.until("childWorkflowExecutionStarted");
    await stage.decide();
    await signal(stage);
    await stage.decide();
    await reset(stage, "reset", 9);
    await decideChild(stage, completing("out"));
    await stage.until("childWorkflowExecutionCompleted");
    await stage.finish();
    await bases(stage, base);
  }),

  ...CLOSINGS.map(([how, close]) =>
    defineScenario(`reset: children of before and after it when the new run is ${how}`, async (stage) => {
      const base = await stage.start();
      const children = ["before1", "before3", "after"].map((name) => stage.id(name));
      const [ended, cancelled, after] = children;
      await stage.decide(startingChild(stage, { workflowId: ended, parentClosePolicy: 1 }));
      await stage.decide(startingChild(stage, { workflowId: cancelled, parentClosePolicy: 3 }));
      await stage.decide();
      await reset(stage, "reset", 14);
      await stage.decide(startingChild(stage, { workflowId: after, parentClosePolicy: 1 }));
      await stage.decide();
      await close(stage);
      // A child of the new run itself shows when that run's end has reached its children.
      await closing(stage, { workflowId: after ?? "" });
      await stage.pause(1500);
      for (const [index, child] of children.entries()) {
        await stage.history(`child ${index + 1}`, { workflowId: child });
        await stop(stage, child);
      }
      await bases(stage, base);
    }),
  ),

  defineScenario("reset: a run that continued as new", async (stage) => {
    const base = await stage.start();
    await stage.decide();
    await signal(stage, "one");
    const task = await stage.pollTask();
    await stage.pause(1100);
    await stage.complete(task, [command("continueAsNewWorkflowExecution", {})]);
    const second = await nextRun(stage, base);
    await stage.decide();
    await signal(stage, "two");
    await reset(stage, "reset", 4, { workflowExecution: { workflowId: stage.workflowId, runId: base } });
    await stage.history("second", { workflowId: stage.workflowId, runId: second });
    await bases(stage, base);
  }),

  defineScenario("reset: requests that are refused, and the same one twice", async (stage) => {
    await stage.start();
    await stage.decide();
    const { workflowId } = stage;
    await reset(stage, "no request id", 4, { requestId: "" });
    await reset(stage, "long request id", 4, { requestId: "r".repeat(1001) });
    await reset(stage, "no execution", 4, { workflowExecution: undefined });
    await reset(stage, "no id", 4, { workflowExecution: {} });
    await reset(stage, "malformed run", 4, { workflowExecution: { workflowId, runId: "x" } });
    await reset(stage, "unknown", 4, { workflowExecution: { workflowId: stage.id("nobody") } });
    await reset(stage, "unknown run", 4, {
      workflowExecution: { workflowId, runId: "11111111-2222-4333-8444-555555555555" },
    });
    await reset(stage, "negative", -1);
    await reset(stage, "first", 4, { requestId: stage.id("same") });
    await reset(stage, "same again", 4, { requestId: stage.id("same") });
    await reset(stage, "no reason, no identity", 4, { reason: "", identity: "" });
    await stage.history("last");
    await stop(stage);
  }),

  defineScenario("reset: cancel requests are not applied again", async (stage) => {
    const base = await stage.start();
    await stage.decide();
    await stage.service.requestCancelWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      identity: "canceller",
    });
    await stage.decide();
    await reset(stage, "reset", 4);
    await bases(stage, base);
  }),
];
