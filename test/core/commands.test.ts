import { describe, expect, test } from "vitest";
import type { ContinueAsNewCommand, ScheduleActivity, WorkflowCommand } from "../../src/core/command.ts";
import type { Command } from "../../src/gen/codec/temporal/api/command/v1/message.ts";
import {
  decodeRespondWorkflowTaskCompletedRequest,
  encodeRespondWorkflowTaskCompletedRequest,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { continueAsNew, Player, scheduleActivity, startTimer } from "./player.ts";

type Started = Parameters<HistoryBuilder["started"]>[0];

/** What the server receives for one command of the first task, after the wire. */
function sent(command: WorkflowCommand, started: Started = {}): Command {
  const h = new HistoryBuilder();
  h.started(started);
  h.openTask();
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h) });
  player.complete(command);
  const bytes = encodeRespondWorkflowTaskCompletedRequest(player.effect("respond").answer);
  const { commands } = decodeRespondWorkflowTaskCompletedRequest(bytes);
  expect(commands).toHaveLength(1);
  return commands[0]!;
}

const text = (value: string): { data: Uint8Array } => ({
  data: Uint8Array.from(value, (c) => c.charCodeAt(0)),
});

describe("commands on the wire", () => {
  test("a timer has its seq as id, and its time to the nanosecond", () => {
    expect(
      sent({ kind: "startTimer", seq: 3, startToFireMs: 90_001.5, userMetadata: { summary: text("wait") } }),
    ).toMatchObject({
      commandType: 3,
      userMetadata: { summary: text("wait") },
      attributes: {
        case: "startTimerCommandAttributes",
        value: { timerId: "3", startToFireTimeout: { seconds: 90n, nanos: 1_500_000 } },
      },
    });
    expect(sent(startTimer(1)).userMetadata).toBeUndefined();
  });

  test("an activity carries all its options", () => {
    const more: Partial<ScheduleActivity> = {
      args: [text("a"), text("b")],
      headers: { trace: text("t") },
      scheduleToCloseTimeoutMs: 4000,
      scheduleToStartTimeoutMs: 3000,
      startToCloseTimeoutMs: 2000,
      heartbeatTimeoutMs: 1000,
      retryPolicy: {
        initialIntervalMs: 100,
        backoffCoefficient: 1.5,
        maximumIntervalMs: 1000,
        maximumAttempts: 4,
        nonRetryableErrorTypes: ["Fatal"],
      },
      priority: { priorityKey: 2, fairnessKey: "k", fairnessWeight: 1.5 },
    };
    expect(sent(scheduleActivity(1, more)).attributes).toMatchObject({
      case: "scheduleActivityTaskCommandAttributes",
      value: {
        activityId: "1",
        activityType: { name: "greet" },
        taskQueue: { name: "orders" },
        header: { fields: { trace: text("t") } },
        input: { payloads: [text("a"), text("b")] },
        scheduleToCloseTimeout: { seconds: 4n, nanos: 0 },
        scheduleToStartTimeout: { seconds: 3n, nanos: 0 },
        startToCloseTimeout: { seconds: 2n, nanos: 0 },
        heartbeatTimeout: { seconds: 1n, nanos: 0 },
        retryPolicy: {
          initialInterval: { seconds: 0n, nanos: 100_000_000 },
          backoffCoefficient: 1.5,
          maximumInterval: { seconds: 1n, nanos: 0 },
          maximumAttempts: 4,
          nonRetryableErrorTypes: ["Fatal"],
        },
        requestEagerExecution: true,
        priority: { priorityKey: 2, fairnessKey: "k", fairnessWeight: 1.5 },
      },
    });
  });

  test("an activity has a header even if empty, no input without arguments", () => {
    expect(sent(scheduleActivity(1, { allowEagerDispatch: false })).attributes.value).toMatchObject({
      header: { fields: {} },
      input: undefined,
      retryPolicy: undefined,
      requestEagerExecution: false,
    });
  });

  test.each([
    ["COMPATIBLE", "elsewhere", true],
    ["DEFAULT", "orders", false],
    ["UNSPECIFIED", "orders", true],
    ["UNSPECIFIED", "", true],
    ["UNSPECIFIED", "elsewhere", false],
  ] as const)(
    "versioning intent %s on queue '%s' stays on the build: %s",
    (versioningIntent, taskQueue, stays) => {
      expect(sent(scheduleActivity(1, { versioningIntent, taskQueue })).attributes.value).toMatchObject({
        useWorkflowBuildId: stays,
      });
    },
  );

  test("completion wraps its one result", () => {
    expect(sent({ kind: "completeWorkflow", result: text("r") }).attributes.value).toMatchObject({
      result: { payloads: [text("r")] },
    });
    expect(sent({ kind: "completeWorkflow" }).attributes.value).toMatchObject({ result: undefined });
  });
});

describe("continue-as-new", () => {
  const started: Started = {
    memo: { fields: { m: text("1") } },
    retryPolicy: { maximumAttempts: 3 },
    searchAttributes: { indexedFields: { s: text("2") } },
    header: { fields: { h: text("3") } },
    workflowRunTimeout: { seconds: 60 },
  };

  test("inherits memo, retry policy and search attributes, nothing else", () => {
    const { value } = sent(continueAsNew, started).attributes;
    expect(value).toMatchObject({
      workflowType: { name: "order" },
      taskQueue: { name: "orders" },
      memo: { fields: { m: text("1") } },
      retryPolicy: { maximumAttempts: 3 },
      searchAttributes: { indexedFields: { s: text("2") } },
      header: undefined,
      input: undefined,
      workflowRunTimeout: undefined,
      inheritBuildId: true,
    });
  });

  test("takes what workflow code gives instead", () => {
    const more: Partial<ContinueAsNewCommand> = {
      args: [text("x")],
      headers: { trace: text("t") },
      memo: { n: text("9") },
      retryPolicy: { maximumAttempts: 1 },
      searchAttributes: { z: text("8") },
      workflowRunTimeoutMs: 5000,
      workflowTaskTimeoutMs: 6000,
      backoffStartIntervalMs: 7000,
      initialVersioningBehavior: 1,
    };
    const command = { ...(continueAsNew as ContinueAsNewCommand), ...more };
    expect(sent(command, started).attributes.value).toMatchObject({
      input: { payloads: [text("x")] },
      header: { fields: { trace: text("t") } },
      memo: { fields: { n: text("9") } },
      retryPolicy: { maximumAttempts: 1 },
      searchAttributes: { indexedFields: { z: text("8") } },
      workflowRunTimeout: { seconds: 5n },
      workflowTaskTimeout: { seconds: 6n },
      backoffStartInterval: { seconds: 7n },
      initialVersioningBehavior: 1,
    });
  });

  test("leaves out what is empty", () => {
    expect(sent(continueAsNew).attributes.value).toMatchObject({
      memo: undefined,
      searchAttributes: undefined,
      retryPolicy: undefined,
    });
  });
});
