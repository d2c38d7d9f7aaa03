import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Payload } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import { answerTo, byId, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { failing, nextRun, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LONG = "x".repeat(1001);
const UNREADABLE: Init<Payload> = { metadata: { encoding: bytes("json/plain") }, data: bytes('{ "x\n') };

/** Completes the first task of a workflow of its own with one command, and shows what came of it. */
async function tryCommand(stage: Stage, name: string, odd: Init<Command>): Promise<void> {
  const workflowId = stage.id(name);
  await stage.start({ workflowId });
  const task = await stage.pollTask();
  await stage.step(name, () => stage.complete(task, [odd]));
  const { namespace, service } = stage;
  await stage.step(
    `history of ${name}`,
    () =>
      service.getWorkflowExecutionHistoryReverse({
        namespace,
        execution: { workflowId },
        maximumPageSize: 2,
      }),
    (answer) => answer.history?.events ?? [],
  );
  await stop(stage, workflowId);
}

const TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 16] as const;

/** Attributes with one field that is as it should not be. */
function oddAttributes(stage: Stage): readonly (readonly [string, Init<Command>])[] {
  const searchAttributes = { indexedFields: { CustomKeyword: UNREADABLE } };
  const child = { workflowId: stage.id("child"), workflowType: { name: "child" } } as const;
  return [
    ["a long timer", command("startTimer", { timerId: LONG, startToFireTimeout: seconds(60) })],
    ["a long timer to cancel", command("cancelTimer", { timerId: LONG })],
    ["a long marker", command("recordMarker", { markerName: LONG })],
    ["no search attributes", command("upsertWorkflowSearchAttributes", {})],
    ["no fields", command("upsertWorkflowSearchAttributes", { searchAttributes: {} })],
    ["an unreadable value", command("upsertWorkflowSearchAttributes", { searchAttributes })],
    [
      "a value without encoding",
      command("upsertWorkflowSearchAttributes", {
        searchAttributes: { indexedFields: { CustomKeyword: { data: bytes('"\u0001é"') } } },
      }),
    ],
    ["no memo", command("modifyWorkflowProperties", {})],
    ["no fields of the memo", command("modifyWorkflowProperties", { upsertedMemo: {} })],
    ["a child's unreadable value", command("startChildWorkflowExecution", { ...child, searchAttributes })],
    [
      "a child with a negative weight",
      command("startChildWorkflowExecution", { ...child, priority: { fairnessWeight: -1 } }),
    ],
    ["an activity with a negative weight", schedule(stage, { priority: { fairnessWeight: -1 } })],
    ["the next run's unreadable value", command("continueAsNewWorkflowExecution", { searchAttributes })],
  ];
}

const COMMANDS: readonly Scenario[] = [
  defineScenario("odd command: types that there are not", async (stage) => {
    const { attributes } = command("completeWorkflowExecution", {});
    for (const commandType of [-1, 0, 15, 999]) {
      await tryCommand(stage, `type ${commandType}`, { commandType, attributes });
    }
  }),

  defineScenario("odd command: without attributes", async (stage) => {
    for (const commandType of TYPES) await tryCommand(stage, `type ${commandType}`, { commandType });
  }),

  defineScenario("odd command: with the attributes of another", async (stage) => {
    const { attributes } = command("completeWorkflowExecution", {});
    await tryCommand(stage, "a timer", { commandType: 3, attributes });
    await tryCommand(stage, "a failure", { commandType: 5, attributes });
  }),

  defineScenario("odd command: attributes", async (stage) => {
    for (const [name, odd] of oddAttributes(stage)) await tryCommand(stage, name, odd);
  }),
];

const TASKS: readonly Scenario[] = [
  defineScenario("odd task: what workers say of themselves", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    const { taskToken } = await stage.pollTask();
    await stage.step("completed, long identity", () => stage.complete({ taskToken }, [], { identity: LONG }));
    const failure = { namespace, taskToken, cause: 24, failure: { message: "no" } };
    await stage.step("failed, long identity", () =>
      service.respondWorkflowTaskFailed({ ...failure, identity: LONG }),
    );
    await stage.step("failed, with a checksum", () =>
      service.respondWorkflowTaskFailed({ ...failure, identity: "worker", binaryChecksum: "sum" }),
    );
    await stage.history();
  }),

  defineScenario("odd task: queues and builds of polls", async (stage) => {
    const { namespace, service } = stage;
    const deadline = (): { readonly deadline: number } => ({ deadline: Date.now() + 5_000 });
    const taskQueue = { name: stage.taskQueue, normalName: stage.id("normal") };
    const build = { workerVersionCapabilities: { buildId: "b".repeat(256) } };
    await stage.step("workflows, a normal name", () =>
      service.pollWorkflowTaskQueue({ namespace, taskQueue }, deadline()),
    );
    await stage.step("activities, a normal name", () =>
      service.pollActivityTaskQueue({ namespace, taskQueue }, deadline()),
    );
    await stage.step("describe, a normal name", () => service.describeTaskQueue({ namespace, taskQueue }));
    await stage.step("workflows, a long build", () =>
      service.pollWorkflowTaskQueue(
        { namespace, taskQueue: { name: stage.taskQueue }, ...build },
        deadline(),
      ),
    );
    await stage.step("activities, a long build", () =>
      service.pollActivityTaskQueue(
        { namespace, taskQueue: { name: stage.taskQueue }, ...build },
        deadline(),
      ),
    );
  }),

  defineScenario("odd task: failures of activities that are no application's", async (stage) => {
    const { service } = stage;
    const task = await taken(stage);
    const failure = { message: "none" };
    await stage.step("by token", () =>
      service.respondActivityTaskFailed({ ...answerTo(stage, task), failure }),
    );
    await stage.step("by id", () => service.respondActivityTaskFailedById({ ...byId(stage), failure }));
    await stop(stage);
  }),

  defineScenario("odd task: the next attempt is wanted at once, or before", async (stage) => {
    const { service } = stage;
    for (const delay of [0, -1]) {
      await scheduled(stage);
      const task = await stage.pollActivity();
      const failure = failed("at once", { nextRetryDelay: seconds(delay) });
      await stage.step(`delay ${delay}`, () =>
        service.respondActivityTaskFailed({ ...answerTo(stage, task), failure }),
      );
      if (delay < 0) await stage.pollActivity();
      await stage.history(`history of delay ${delay}`);
      await stop(stage);
    }
  }),

  defineScenario("odd task: the next run is wanted at once", async (stage) => {
    const retryPolicy = { initialInterval: seconds(1), maximumAttempts: 3 };
    const runId = await stage.start({ retryPolicy });
    await stage.decide(failing("as the policy says"));
    const next = await nextRun(stage, runId);
    const failure = failed("at once", { nextRetryDelay: seconds(0) });
    await stage.decide(command("failWorkflowExecution", { failure }));
    await stage.history("history", { workflowId: stage.workflowId, runId: next });
  }),
];

const STARTS: readonly Scenario[] = [
  defineScenario("odd start: memo and search attributes that stand for nothing", async (stage) => {
    const empty = { metadata: { encoding: bytes("json/plain") } };
    const nothing = json(null).payloads?.[0] ?? {};
    const some = json("some").payloads?.[0] ?? {};
    for (const [name, fields] of [
      ["no fields", {}],
      ["no data", { m: empty }],
      ["null", { m: nothing }],
      ["one of two", { m: nothing, n: some }],
    ] as const) {
      const workflowId = stage.id(name);
      const searchAttributes = { indexedFields: name === "null" ? { CustomKeyword: nothing } : {} };
      await stage.start({ workflowId, memo: { fields }, searchAttributes });
      await stage.history(name, { workflowId });
      await stop(stage, workflowId);
    }
  }),

  defineScenario("odd start: values that are no values", async (stage) => {
    const start = (request: Parameters<Stage["start"]>[0]): Promise<unknown> => stage.start(request);
    await stage.step("unreadable", () =>
      start({ searchAttributes: { indexedFields: { CustomKeyword: UNREADABLE } } }),
    );
    await stage.step("empty", () => start({ searchAttributes: { indexedFields: { CustomKeyword: {} } } }));
    await stage.step("negative weight", () => start({ priority: { fairnessWeight: -1 } }));
  }),
];

/** Commands, answers and starts with one thing in them that is as it should not be. */
export const ODD_REQUESTS: readonly Scenario[] = [...COMMANDS, ...TASKS, ...STARTS];
