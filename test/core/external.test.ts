import { describe, expect, test } from "vitest";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { cancelExternal } from "../../src/core/machines/cancel-external.ts";
import { signalExternal } from "../../src/core/machines/signal-external.ts";
import { cancelRequest, PlayedRun, Transitions } from "./played-run.ts";
import { complete } from "./player.ts";

const transitions = new Transitions();
const run = (): PlayedRun => new PlayedRun(transitions);

const target = { namespace: "default", workflowId: "other-1", runId: "" };

function signalOther(seq: number, childWorkflowOnly = false): WorkflowCommand {
  const payload = { metadata: {}, data: Uint8Array.of(1) };
  return {
    kind: "signalExternalWorkflow",
    seq,
    target,
    childWorkflowOnly,
    signalName: "poke",
    args: [payload],
    headers: {},
  };
}

/** A workflow whose first task signalled another workflow. */
function signalled(): { s: PlayedRun; initiatedEventId: number } {
  const s = run();
  s.task();
  expect(s.complete(signalOther(1))).toEqual(["respond signalExternalWorkflowExecution"]);
  s.h.taskCompleted();
  return {
    s,
    initiatedEventId: s.h.add("signalExternalWorkflowExecutionInitiated", { signalName: "poke" }),
  };
}

describe("signal to another workflow", () => {
  test.each([false, true])("the command says whom and what; child: %s", (childWorkflowOnly) => {
    const s = run();
    s.task();
    s.complete(signalOther(1, childWorkflowOnly));
    expect(s.player.effect("respond").answer.commands).toEqual([
      {
        commandType: 12,
        attributes: {
          case: "signalExternalWorkflowExecutionCommandAttributes",
          value: {
            namespace: "default",
            execution: { workflowId: "other-1", runId: "" },
            signalName: "poke",
            input: { payloads: [{ metadata: {}, data: Uint8Array.of(1) }] },
            childWorkflowOnly,
            header: undefined,
          },
        },
      },
    ]);
  });

  test("is delivered; cancelling it once it was sent does nothing", () => {
    const { s, initiatedEventId: id } = signalled();
    s.h.signal("go");
    s.task();
    expect(s.complete({ kind: "cancelSignalExternal", seq: 1 })).toEqual(["respond"]);
    s.h.taskCompleted();
    s.h.add("externalWorkflowExecutionSignaled", { initiatedEventId: id });
    expect(s.task()).toEqual(["activate resolveSignalExternal 1 ok"]);
    expect(s.complete({ kind: "cancelSignalExternal", seq: 1 })).toEqual(["respond"]);
  });

  test.each([
    [1, "it was not found", "ExternalWorkflowExecutionNotFound"],
    [2, "it was not found", "NamespaceNotFound"],
    [3, "The per-workflow signal limit was exceeded", "SignalCountLimitExceeded"],
    [0, "unknown", "Unspecified"],
  ])("fails with cause %i because %s", (cause, why, type) => {
    const { s, initiatedEventId: id } = signalled();
    s.h.add("signalExternalWorkflowExecutionFailed", { initiatedEventId: id, cause });
    expect(s.task()).toEqual(["activate resolveSignalExternal 1 failed"]);
    expect(s.job("resolveSignalExternal").failure).toMatchObject({
      message: `Unable to signal external workflow because ${why}`,
      failureInfo: { case: "applicationFailureInfo", value: { type } },
    });
    expect(s.complete({ kind: "cancelSignalExternal", seq: 1 })).toEqual(["respond"]);
  });

  test("cancelled before it was sent is told at once and leaves no command", () => {
    const s = run();
    s.task();
    expect(s.complete(signalOther(1), { kind: "cancelSignalExternal", seq: 1 })).toEqual([
      "activate resolveSignalExternal 1 failed",
    ]);
    expect(s.job("resolveSignalExternal").failure).toMatchObject({
      message: "Signal was cancelled before being sent",
      failureInfo: { case: "canceledFailureInfo" },
    });
    expect(s.complete(complete)).toEqual(["respond completeWorkflowExecution"]);
  });

  test("words of errors name the signal", () => {
    const s = run();
    s.task();
    s.complete(signalOther(1));
    s.h.taskCompleted();
    s.h.timerStarted(1);
    expect(s.task()).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain(
      "signalExternalWorkflow (seq 1, signal 'poke', workflow id 'other-1')",
    );
  });
});

const cancelOther: WorkflowCommand = {
  kind: "requestCancelExternalWorkflow",
  seq: 1,
  target,
  reason: "no stock",
};

/** A workflow whose first task asked another workflow to stop. */
function asked(): { s: PlayedRun; initiatedEventId: number } {
  const s = run();
  s.task();
  expect(s.complete(cancelOther)).toEqual(["respond requestCancelExternalWorkflowExecution"]);
  s.h.taskCompleted();
  return { s, initiatedEventId: s.h.add("requestCancelExternalWorkflowExecutionInitiated", {}) };
}

describe("cancel of another workflow", () => {
  test("the command says whom, who asks and why", () => {
    const s = run();
    s.task();
    s.complete(cancelOther);
    expect(cancelRequest(s)).toEqual({
      ...target,
      childWorkflowOnly: false,
      reason: `Cancel requested by workflow with run id ${s.h.runId} with reason: no stock`,
      userMetadata: undefined,
    });
  });

  test("is delivered", () => {
    const { s, initiatedEventId: id } = asked();
    s.h.add("externalWorkflowExecutionCancelRequested", { initiatedEventId: id });
    expect(s.task()).toEqual(["activate resolveCancelExternal 1 ok"]);
  });

  test.each([
    [1, "not found", "ExternalWorkflowExecutionNotFound"],
    [2, "not found", "NamespaceNotFound"],
    [0, "unknown", "Unspecified"],
  ])("fails with cause %i because %s", (cause, why, type) => {
    const { s, initiatedEventId: id } = asked();
    s.h.add("requestCancelExternalWorkflowExecutionFailed", { initiatedEventId: id, cause });
    expect(s.task()).toEqual(["activate resolveCancelExternal 1 failed"]);
    expect(s.job("resolveCancelExternal").failure).toMatchObject({
      message: `Unable to cancel external workflow because ${why}`,
      failureInfo: { value: { type } },
    });
  });

  test("words of errors name the workflow", () => {
    const s = run();
    s.task();
    s.complete(cancelOther);
    s.h.taskCompleted();
    s.h.timerStarted(1);
    expect(s.task()).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain(
      "requestCancelExternalWorkflow (seq 1, workflow id 'other-1')",
    );
  });
});

test("every transition of both tables was taken above", () => {
  const { all, untaken } = transitions.of(signalExternal, cancelExternal);
  expect(all.length).toBe(9);
  expect(untaken).toEqual([]);
});
