import type { Init } from "../../../src/codec-runtime/init.ts";
import type { ScheduleActivityTaskCommandAttributes } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import { schedule } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { type Stage, seconds } from "./stage.ts";

type Attributes = Init<ScheduleActivityTaskCommandAttributes>;

const LONG = "x".repeat(1001);
const NEGATIVE = { seconds: -1n, nanos: 0 };

/** Attributes that are refused, by what is wrong with them. */
const WRONG: Readonly<Record<string, Attributes>> = {
  "no id": { activityId: "" },
  "no type": { activityType: { name: "" } },
  "type missing": { activityType: undefined },
  "long id": { activityId: LONG },
  "long type": { activityType: { name: LONG } },
  "long queue": { taskQueue: { name: LONG } },
  "reserved queue": { taskQueue: { name: "/_sys/x" } },
  "no timeout": { startToCloseTimeout: undefined },
  "negative start to close": { startToCloseTimeout: NEGATIVE },
  "negative schedule to close": { scheduleToCloseTimeout: NEGATIVE },
  "negative schedule to start": { scheduleToStartTimeout: NEGATIVE },
  "negative heartbeat": { heartbeatTimeout: NEGATIVE },
  "mixed signs": { startToCloseTimeout: { seconds: 1n, nanos: -1 } },
  "negative interval": { retryPolicy: { initialInterval: NEGATIVE } },
  "negative maximum interval": { retryPolicy: { maximumInterval: NEGATIVE } },
  "maximum below initial": {
    retryPolicy: { initialInterval: seconds(10), maximumInterval: seconds(1) },
  },
  "small coefficient": { retryPolicy: { backoffCoefficient: 0.5 } },
  "negative attempts": { retryPolicy: { maximumAttempts: -1 } },
  "unknown timeout type": { retryPolicy: { nonRetryableErrorTypes: ["TemporalTimeout:Nonsense"] } },
  "priority key": { priority: { priorityKey: -1 } },
  "priority key too large": { priority: { priorityKey: 100 } },
  "fairness key": { priority: { fairnessKey: "f".repeat(65) } },
  "no queue name": { taskQueue: { name: "" } },
  "nothing at all": { activityId: "", activityType: undefined, taskQueue: undefined },
  "no id and no queue": { activityId: "", taskQueue: undefined },
  "no id and no type": { activityId: "", activityType: undefined },
  "no id and a bad policy": { activityId: "", retryPolicy: { maximumAttempts: -1 } },
  "long id and a bad policy": { activityId: LONG, retryPolicy: { maximumAttempts: -1 } },
  "long id and no timeout": { activityId: LONG, startToCloseTimeout: undefined },
  "bad priority and no timeout": { priority: { priorityKey: -1 }, startToCloseTimeout: undefined },
  "bad policy and bad priority": {
    priority: { priorityKey: -1 },
    retryPolicy: { maximumAttempts: -1 },
  },
  "two bad timeouts": { startToCloseTimeout: NEGATIVE, heartbeatTimeout: NEGATIVE },
};

/** Attributes that are taken, to see what the server makes of them. */
const TAKEN: Readonly<Record<string, Attributes>> = {
  "no queue": { taskQueue: undefined },
  "retry defaults": { retryPolicy: undefined },
  "retry policy in part": {
    retryPolicy: { initialInterval: seconds(2), nonRetryableErrorTypes: ["A", "TemporalTimeout:Heartbeat"] },
  },
  "one attempt": { retryPolicy: { maximumAttempts: 1 } },
  "long timeouts": { startToCloseTimeout: { seconds: 400n * 365n * 86400n, nanos: 0 } },
  "schedule to close alone": { startToCloseTimeout: undefined, scheduleToCloseTimeout: seconds(30) },
  "heartbeat longer than the rest": { heartbeatTimeout: seconds(100) },
  priority: { priority: { priorityKey: 1, fairnessKey: "f", fairnessWeight: 2 } },
  "build id": { useWorkflowBuildId: true },
};

async function tryOut(stage: Stage, attributes: Attributes): Promise<void> {
  await stage.start();
  const task = await stage.pollTask();
  await stage.step("complete", () => stage.complete(task, [schedule(stage, attributes)]));
  await stage.step("history", async () => (await stage.events()).slice(3));
}

/** What activities may be scheduled, and what not. */
export const ACTIVITY_ATTRIBUTES: readonly Scenario[] = [
  ...Object.entries({ ...WRONG, ...TAKEN }).map(([what, attributes]) =>
    defineScenario(`schedule: ${what}`, (stage) => tryOut(stage, attributes)),
  ),

  defineScenario("schedule: an id twice in one task", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("twice", () => stage.complete(task, [schedule(stage), schedule(stage)]));
    await stage.history();
  }),

  defineScenario("schedule: an id that is pending", async (stage) => {
    await stage.start();
    await stage.decide(schedule(stage));
    await stage.service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      signalName: "wake",
    });
    const task = await stage.pollTask();
    await stage.step("again", () => stage.complete(task, [schedule(stage)]));
    const next = await stage.pollTask();
    await stage.step("once more", () => stage.complete(next, [schedule(stage)]));
    await stage.history();
  }),

  defineScenario("schedule: an input that is too large", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const input = { payloads: [{ data: new Uint8Array(2 * 1024 * 1024 + 1) }] };
    await stage.step("complete", () => stage.complete(task, [schedule(stage, { input })]));
    await stage.history();
  }),

  defineScenario("schedule: summary and details", async (stage) => {
    await stage.start();
    const userMetadata = { summary: { data: new Uint8Array([49]) } };
    const task = await stage.pollTask();
    await stage.complete(task, [{ ...schedule(stage), userMetadata }]);
    await stage.step("history", async () => (await stage.events()).slice(4));
  }),
];
