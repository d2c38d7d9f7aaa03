import { afterEach, expect, test } from "vitest";
import { EmbeddedServer, type SizeWarning } from "../../../src/server/mod.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { answerTo, schedule } from "../scenarios/activity-steps.ts";
import { command, Stage } from "../scenarios/stage.ts";

/*
 * What the log of the real dev server (1.32.0, `--log-level warn --log-format json`) has of the same calls: the same messages, its
 * `wf-size` and `blob-size-violation-operation` being `size` and `operation` here.
 */

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function stageWith(): { readonly stage: Stage; readonly warnings: SizeWarning[] } {
  const warnings: SizeWarning[] = [];
  const server = new EmbeddedServer({ onWarning: (warning) => warnings.push(warning) });
  const connection = Connection.lazy({ transport: server });
  ends.push(async () => {
    await connection.close();
    await server.close();
  });
  return { stage: new Stage(connection, "default"), warnings };
}

const bytes = (length: number): { readonly payloads: [{ readonly data: Uint8Array }] } => ({
  payloads: [{ data: new Uint8Array(length) }],
});
const memo = (length: number): { readonly fields: Record<string, { readonly data: Uint8Array }> } => ({
  fields: { note: { data: new Uint8Array(length) } },
});
const BLOB = "Blob data size exceeds the warning limit.";

test("what is large is taken, and warned of by what it came", async () => {
  const { stage, warnings } = stageWith();
  const { namespace, service } = stage;
  await stage.start({ input: bytes(600_000), memo: memo(3_000) });
  await service.signalWorkflowExecution({
    namespace,
    workflowExecution: stage.execution,
    signalName: "s",
    input: bytes(600_000),
  });
  await stage.complete(await stage.pollTask(), [
    schedule(stage, { input: bytes(600_000) }),
    command("modifyWorkflowProperties", { upsertedMemo: memo(3_000) }),
  ]);
  const task = await stage.pollActivity();
  await service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: bytes(600_000) });
  await service.respondActivityTaskCompleted({ ...answerTo(stage, task), result: bytes(600_000) });
  const { workflowId } = stage;
  expect(warnings.map(({ operation, size }) => [operation, size])).toEqual([
    ["StartWorkflowExecution", 603_000],
    ["StartWorkflowExecution", 3_000],
    ["SignalWorkflowExecution", 600_000],
    ["ScheduleActivityTask", 600_000],
    ["ModifyWorkflowProperties", 3_000],
    ["RecordActivityTaskHeartbeat", 600_000],
    ["RespondActivityTaskCompleted", 600_000],
  ]);
  for (const warning of warnings) expect(warning).toMatchObject({ message: BLOB, namespace, workflowId });
});

test("what is no larger than the limits is not", async () => {
  const { stage, warnings } = stageWith();
  await stage.start({ input: bytes(500_000), memo: memo(2_000) });
  expect(warnings).toEqual([]);
});

test("details of a heartbeat are warned of when they come, and not with each change of their activity", async () => {
  const { stage, warnings } = stageWith();
  await stage.start();
  await stage.decide(schedule(stage, {}));
  const task = await stage.pollActivity();
  await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: bytes(600_000) });
  const { namespace, service } = stage;
  const workflowExecution = stage.execution;
  await service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "s" });
  await stage.decide(command("requestCancelActivityTask", { scheduledEventId: 5 }));
  expect(warnings.map(({ operation }) => operation)).toEqual(["RecordActivityTaskHeartbeat"]);
  await service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: bytes(600_000) });
  expect(warnings).toHaveLength(2);
});

test("a state that gets large is warned of each time that it becomes so", async () => {
  const { stage, warnings } = stageWith();
  const { namespace, service } = stage;
  await stage.start();
  const grow = async (): Promise<void> => {
    const activityIds = ["a", "b", "c"];
    await stage.decide(...activityIds.map((activityId) => schedule(stage, { activityId })));
    for (const _ of activityIds) {
      const task = await stage.pollActivity();
      await service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: bytes(450_000) });
      tasks.push(task);
    }
  };
  const tasks: Awaited<ReturnType<Stage["pollActivity"]>>[] = [];
  const signal = { namespace, workflowExecution: stage.execution, signalName: "s" };
  const messages = (): string[] => warnings.map(({ message }) => message);
  await grow();
  for (let count = 0; count < 3; count++) await service.signalWorkflowExecution(signal);
  expect(messages()).toEqual(["mutable state size exceeds warn limit."]);
  for (const task of tasks.splice(0)) await service.respondActivityTaskCompleted(answerTo(stage, task));
  await grow();
  expect(messages()).toHaveLength(2);
});

test("a history that gets long, or large, is warned of once", async () => {
  const { stage, warnings } = stageWith();
  const { namespace, service } = stage;
  await stage.start();
  const signal = (length: number): Promise<unknown> =>
    service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "s",
      input: bytes(length),
    });
  for (let count = 0; count < 23; count++) await signal(500_000);
  expect(warnings.map(({ message }) => message)).toEqual(["history size exceeds warn limit."]);
});

test("one with very many events too", async () => {
  const { stage, warnings } = stageWith();
  const { namespace, service } = stage;
  await stage.start();
  const signal = { namespace, workflowExecution: stage.execution, signalName: "s" };
  for (let count = 0; count < 9_990; count++) await service.signalWorkflowExecution(signal);
  expect(warnings).toEqual([]);
  for (let beat = 0; beat < 100; beat++) {
    await stage.complete(await stage.pollTask(), [], { forceCreateNewWorkflowTask: true });
  }
  const passed = { message: "history count exceeds warn limit.", workflowId: stage.workflowId };
  expect(warnings).toMatchObject([passed]);
  expect(warnings[0]?.size).toBeGreaterThan(10_240);
}, 120_000);
