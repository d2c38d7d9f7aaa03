import { describe, expect, test } from "vitest";
import type { FailureData } from "../../src/core/activation.ts";
import type { ChildCancellation, StartChildWorkflow } from "../../src/core/child-jobs.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { childWorkflow } from "../../src/core/machines/child-workflow.ts";
import { cancelRequest, PlayedRun, Transitions } from "./played-run.ts";
import { startChild, startTimer } from "./player.ts";

const transitions = new Transitions();
const run = (): PlayedRun => new PlayedRun(transitions);

const cancelChild = (seq: number): WorkflowCommand => ({ kind: "cancelChildWorkflow", seq });

const ALL: readonly ChildCancellation[] = [
  "ABANDON",
  "TRY_CANCEL",
  "WAIT_CANCELLATION_COMPLETED",
  "WAIT_CANCELLATION_REQUESTED",
];
const ENDS = [
  "childWorkflowExecutionCompleted",
  "childWorkflowExecutionFailed",
  "childWorkflowExecutionCanceled",
  "childWorkflowExecutionTimedOut",
  "childWorkflowExecutionTerminated",
] as const;

/** Event of the child's start command. */
const INITIATED = 5;
const initiatedEventId = INITIATED;

/** A workflow whose first task started child 1. */
function initiated(cancellationType: ChildCancellation, more: Partial<StartChildWorkflow> = {}): PlayedRun {
  const s = run();
  s.task();
  expect(s.complete(startChild(1, { cancellationType, ...more }))).toEqual([
    "respond startChildWorkflowExecution",
  ]);
  s.h.taskCompleted();
  s.h.add("startChildWorkflowExecutionInitiated", {
    workflowId: "child-1",
    workflowType: { name: "ship" },
  });
  return s;
}

/** As `initiated`; the child has started and the workflow knows. */
function started(cancellationType: ChildCancellation, more: Partial<StartChildWorkflow> = {}): PlayedRun {
  const s = initiated(cancellationType, more);
  addStarted(s);
  expect(s.task()).toEqual(["activate resolveChildWorkflowStart 1 started"]);
  expect(s.job("resolveChildWorkflowStart").resolution).toEqual({ kind: "started", runId: "child-run" });
  return s;
}

function addStarted(s: PlayedRun): void {
  s.h.add("childWorkflowExecutionStarted", {
    initiatedEventId,
    workflowExecution: { workflowId: "child-1", runId: "child-run" },
  });
}

/** The server's events for a request to cancel the child. */
function addCancelDelivered(s: PlayedRun): void {
  const request = s.h.add("requestCancelExternalWorkflowExecutionInitiated", { childWorkflowOnly: true });
  s.h.add("externalWorkflowExecutionCancelRequested", { initiatedEventId: request });
}

function failureOfChild(s: PlayedRun): FailureData {
  const { resolution } = s.job("resolveChildWorkflow");
  if (resolution.kind === "completed") throw new Error("the child completed");
  return resolution.failure;
}

describe("child workflow", () => {
  test("the command has all of its options", () => {
    const s = run();
    s.task();
    const payload = { metadata: {}, data: Uint8Array.of(1) };
    s.complete(
      startChild(1, {
        taskQueue: "other",
        args: [payload],
        headers: { trace: payload },
        memo: { note: payload },
        searchAttributes: { OrderId: payload },
        workflowExecutionTimeoutMs: 3_000,
        workflowRunTimeoutMs: 2_000,
        workflowTaskTimeoutMs: 1_500,
        cronSchedule: "* * * * *",
        parentClosePolicy: 2,
        workflowIdReusePolicy: 3,
        retryPolicy: { maximumAttempts: 2 },
        priority: { priorityKey: 1 },
        userMetadata: { summary: payload },
      }),
      startChild(2),
      startChild(3, { taskQueue: "other", versioningIntent: "COMPATIBLE" }),
    );
    const [first, second, third] = s.player.effect("respond").answer.commands ?? [];
    expect(first).toEqual({
      commandType: 11,
      userMetadata: { summary: payload, details: undefined },
      attributes: {
        case: "startChildWorkflowExecutionCommandAttributes",
        value: {
          namespace: "default",
          workflowId: "child-1",
          workflowType: { name: "ship" },
          taskQueue: { name: "other" },
          header: { fields: { trace: payload } },
          memo: { fields: { note: payload } },
          searchAttributes: { indexedFields: { OrderId: payload } },
          input: { payloads: [payload] },
          workflowExecutionTimeout: { seconds: 3, nanos: 0 },
          workflowRunTimeout: { seconds: 2, nanos: 0 },
          workflowTaskTimeout: { seconds: 1, nanos: 500_000_000 },
          parentClosePolicy: 2,
          workflowIdReusePolicy: 3,
          retryPolicy: expect.objectContaining({ maximumAttempts: 2 }),
          cronSchedule: "* * * * *",
          inheritBuildId: false,
          priority: { priorityKey: 1 },
        },
      },
    });
    expect(second?.attributes?.value).toMatchObject({ inheritBuildId: true, searchAttributes: undefined });
    expect(third?.attributes?.value).toMatchObject({ inheritBuildId: true });
  });

  test("starts, then completes with its result", () => {
    const s = started("TRY_CANCEL");
    s.complete();
    s.h.taskCompleted();
    const result = { payloads: [{ data: Uint8Array.of(42) }] };
    s.h.add("childWorkflowExecutionCompleted", { initiatedEventId, result });
    expect(s.task()).toEqual(["activate resolveChildWorkflow 1 completed"]);
    expect(s.job("resolveChildWorkflow").resolution).toMatchObject({
      kind: "completed",
      result: { data: Uint8Array.of(42) },
    });
    expect(s.complete(cancelChild(1))).toEqual(["respond"]);
  });

  test("may start and end before the workflow hears of it; has no result or one, never two", () => {
    const s = initiated("TRY_CANCEL");
    addStarted(s);
    s.h.add("childWorkflowExecutionCompleted", { initiatedEventId });
    expect(s.task()).toEqual([
      "activate resolveChildWorkflowStart 1 started, resolveChildWorkflow 1 completed",
    ]);
    expect(s.job("resolveChildWorkflow").resolution).toEqual({ kind: "completed", result: undefined });
    const two = started("TRY_CANCEL");
    two.complete();
    two.h.taskCompleted();
    two.h.add("childWorkflowExecutionCompleted", { initiatedEventId, result: { payloads: [{}, {}] } });
    expect(two.task()).toEqual(["respondFailed 14", "evict fatal"]);
  });

  test.each([
    [
      "childWorkflowExecutionFailed",
      { failure: { message: "boom" }, retryState: 5 },
      {
        message: "Child Workflow execution failed",
        cause: { message: "boom" },
        failureInfo: {
          case: "childWorkflowExecutionFailureInfo",
          value: {
            namespace: "default",
            workflowExecution: { workflowId: "child-1", runId: "child-run" },
            workflowType: { name: "ship" },
            initiatedEventId: INITIATED,
            startedEventId: INITIATED + 1,
            retryState: 5,
          },
        },
      },
    ],
    [
      "childWorkflowExecutionTimedOut",
      { retryState: 3 },
      {
        message: "Child Workflow execution timed out",
        cause: {
          message: "Timed out",
          failureInfo: { case: "timeoutFailureInfo", value: { timeoutType: 1 } },
        },
        failureInfo: { value: { retryState: 3 } },
      },
    ],
    [
      "childWorkflowExecutionTerminated",
      {},
      {
        message: "Child Workflow execution terminated",
        cause: { message: "Terminated", failureInfo: { case: "terminatedFailureInfo" } },
        failureInfo: { value: { retryState: 2 } },
      },
    ],
    [
      "childWorkflowExecutionCanceled",
      {},
      {
        message: "Child Workflow execution cancelled",
        cause: { failureInfo: { case: "canceledFailureInfo" } },
        failureInfo: { value: { retryState: 2 } },
      },
    ],
  ] as const)("%s says which child and why", (end, attributes, failure) => {
    const s = started("WAIT_CANCELLATION_COMPLETED");
    s.complete();
    s.h.taskCompleted();
    s.h.add(end, { initiatedEventId, ...attributes });
    const kind = end === "childWorkflowExecutionCanceled" ? "cancelled" : "failed";
    expect(s.task()).toEqual([`activate resolveChildWorkflow 1 ${kind}`]);
    expect(failureOfChild(s)).toMatchObject(failure);
    expect(s.complete(cancelChild(1))).toEqual(["respond"]);
  });

  test("an id that is taken fails the start", () => {
    const s = initiated("TRY_CANCEL");
    s.h.add("startChildWorkflowExecutionFailed", { initiatedEventId, cause: 1 });
    expect(s.task()).toEqual(["activate resolveChildWorkflowStart 1 alreadyStarted"]);
    expect(s.job("resolveChildWorkflowStart").resolution).toEqual({
      kind: "alreadyStarted",
      workflowId: "child-1",
      workflowType: "ship",
    });
    expect(s.complete(cancelChild(1))).toEqual(["respond"]);
  });

  test.each([
    [2, "NamespaceNotFound"],
    [3, "InvalidVersioningOverride"],
    [0, "Unspecified"],
    [99, "Unspecified"],
  ])("start refused with cause %i is a failure of type %s", (cause, type) => {
    const s = initiated("TRY_CANCEL");
    s.h.add("startChildWorkflowExecutionFailed", { initiatedEventId, cause });
    expect(s.task()).toEqual(["activate resolveChildWorkflowStart 1 failed"]);
    expect(s.job("resolveChildWorkflowStart").resolution).toMatchObject({
      failure: {
        cause: {
          message: `The server did not start child workflow 'child-1' of type 'ship' in namespace 'default': ${type}`,
          failureInfo: { value: { type, nonRetryable: true } },
        },
        failureInfo: { case: "childWorkflowExecutionFailureInfo" },
      },
    });
  });

  test("a start without a run id is fatal", () => {
    const s = initiated("TRY_CANCEL");
    s.h.add("childWorkflowExecutionStarted", { initiatedEventId });
    expect(s.task()).toEqual(["respondFailed 14", "evict fatal"]);
  });

  test.each([
    [{ workflowId: "other", workflowType: { name: "ship" } }, "Child workflow id of scheduled event 'other'"],
    [
      { workflowId: "child-1", workflowType: { name: "pay" } },
      "Child workflow type of scheduled event 'pay'",
    ],
  ])("another child in history is nondeterminism: %o", (event, words) => {
    const s = run();
    s.task();
    s.complete(startChild(1));
    s.h.taskCompleted();
    s.h.add("startChildWorkflowExecutionInitiated", event);
    expect(s.task()).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain(words);
  });

  test.each(ALL)(
    "%s, cancelled before it was sent, is told at once and leaves no command",
    (cancellationType) => {
      const s = run();
      s.task();
      expect(s.complete(startChild(1, { cancellationType }), startTimer(1), cancelChild(1))).toEqual([
        "activate resolveChildWorkflowStart 1 cancelled",
      ]);
      expect(s.job("resolveChildWorkflowStart").resolution).toMatchObject({
        failure: {
          message: "Child Workflow Execution cancelled before scheduled: ",
          cause: { failureInfo: { case: "canceledFailureInfo" } },
          failureInfo: { value: { initiatedEventId: 0, retryState: 2 } },
        },
      });
      expect(s.complete(cancelChild(1))).toEqual(["respond startTimer"]);
    },
  );

  test.each(["WAIT_CANCELLATION_COMPLETED", "WAIT_CANCELLATION_REQUESTED"] as const)(
    "%s asks the child and is told of its end, whichever it is",
    (cancellationType) => {
      for (const end of ENDS) {
        const s = started(cancellationType, { userMetadata: { summary: { data: Uint8Array.of(5) } } });
        expect(s.complete(cancelChild(1))).toEqual(["respond requestCancelExternalWorkflowExecution"]);
        expect(cancelRequest(s)).toEqual({
          namespace: "default",
          workflowId: "child-1",
          runId: "child-run",
          childWorkflowOnly: true,
          reason: "",
          userMetadata: { summary: { data: Uint8Array.of(5) }, details: undefined },
        });
        s.h.taskCompleted();
        addCancelDelivered(s);
        s.h.add(end, { initiatedEventId });
        expect(s.task()).toEqual([expect.stringContaining("activate resolveChildWorkflow 1")]);
      }
    },
  );

  test.each([false, true])("TRY_CANCEL asks the child and is told at once; started: %s", (hasStarted) => {
    for (const end of ENDS) {
      const s = hasStarted ? started("TRY_CANCEL") : initiated("TRY_CANCEL");
      if (!hasStarted) {
        s.h.signal("stop");
        s.task();
      }
      expect(s.complete(cancelChild(1))).toEqual(["activate resolveChildWorkflow 1 cancelled"]);
      expect(failureOfChild(s)).toMatchObject({ message: "Child Workflow execution cancelled" });
      expect(s.complete(cancelChild(1))).toEqual(["respond requestCancelExternalWorkflowExecution"]);
      expect(cancelRequest(s)).toMatchObject({ runId: hasStarted ? "child-run" : "" });
      s.h.taskCompleted();
      addCancelDelivered(s);
      if (!hasStarted) addStarted(s);
      s.h.add(end, { initiatedEventId });
      s.h.signal("go");
      expect(s.task()).toEqual(["activate signalWorkflow go"]);
    }
  });

  test.each([false, true])("ABANDON asks nothing and is told at once; started: %s", (hasStarted) => {
    for (const end of ENDS) {
      const s = hasStarted ? started("ABANDON") : initiated("ABANDON");
      if (!hasStarted) {
        s.h.signal("stop");
        s.task();
      }
      expect(s.complete(cancelChild(1))).toEqual(["activate resolveChildWorkflow 1 cancelled"]);
      expect(s.complete(cancelChild(1))).toEqual(["respond"]);
      s.h.taskCompleted();
      if (!hasStarted) addStarted(s);
      s.h.add(end, { initiatedEventId });
      s.h.signal("go");
      expect(s.task()).toEqual(["activate signalWorkflow go"]);
    }
  });

  test("bug class 21: one that waits, cancelled before it started, still starts and then ends", () => {
    const s = initiated("WAIT_CANCELLATION_COMPLETED");
    s.h.signal("stop");
    s.task();
    expect(s.complete(cancelChild(1))).toEqual(["respond requestCancelExternalWorkflowExecution"]);
    expect(cancelRequest(s)).toMatchObject({ workflowId: "child-1", runId: "" });
    s.h.taskCompleted();
    addCancelDelivered(s);
    addStarted(s);
    expect(s.task()).toEqual(["activate resolveChildWorkflowStart 1 started"]);
    s.complete();
    s.h.taskCompleted();
    s.h.add("childWorkflowExecutionCanceled", { initiatedEventId });
    expect(s.task()).toEqual(["activate resolveChildWorkflow 1 cancelled"]);
  });

  test.each(["ABANDON", "TRY_CANCEL"] as const)(
    "%s: the start may fail after the cancellation",
    (cancellation) => {
      const s = initiated(cancellation);
      s.h.signal("stop");
      s.task();
      s.complete(cancelChild(1));
      s.complete();
      s.h.taskCompleted();
      if (cancellation === "TRY_CANCEL") addCancelDelivered(s);
      s.h.add("startChildWorkflowExecutionFailed", { initiatedEventId, cause: 1 });
      s.h.signal("go");
      expect(s.task()).toEqual(["activate signalWorkflow go"]);
    },
  );

  test("bug class 21: the request to cancel a child may fail, and workflow code is not told", () => {
    const s = started("WAIT_CANCELLATION_COMPLETED");
    s.complete(cancelChild(1));
    s.h.taskCompleted();
    const request = s.h.add("requestCancelExternalWorkflowExecutionInitiated", {});
    s.h.add("requestCancelExternalWorkflowExecutionFailed", { initiatedEventId: request, cause: 1 });
    s.h.add("childWorkflowExecutionCompleted", { initiatedEventId });
    expect(s.task()).toEqual(["activate resolveChildWorkflow 1 completed"]);
  });

  test("a cancel that the workflow never asked of a child it never started is nondeterminism", () => {
    const s = run();
    s.task();
    expect(s.complete(cancelChild(1))).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain(
      "Missing associated machine for ChildWorkflow with seq 1",
    );
  });

  test("words of errors name the child that is to stop", () => {
    const s = started("TRY_CANCEL");
    s.complete(cancelChild(1));
    s.complete();
    s.h.taskCompleted();
    s.h.timerStarted(1);
    expect(s.task()).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain("cancel of child workflow (workflow id 'child-1')");
  });

  test("words of errors name the child", () => {
    const s = run();
    s.task();
    s.complete(startChild(1));
    s.h.taskCompleted();
    s.h.timerStarted(1);
    expect(s.task()).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain(
      "startChildWorkflow (seq 1, workflow type 'ship', workflow id 'child-1')",
    );
  });
});

test("every transition of the table was taken above", () => {
  const { all, untaken } = transitions.of(childWorkflow);
  expect(all.length).toBe(25);
  expect(untaken).toEqual([]);
});
