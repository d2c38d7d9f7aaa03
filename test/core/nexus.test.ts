import { describe, expect, test } from "vitest";
import type { FailureData } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { nexusOperation } from "../../src/core/machines/nexus-operation.ts";
import type { NexusCancellation, ScheduleNexusOperation } from "../../src/core/nexus-jobs.ts";
import { PlayedRun, Transitions } from "./played-run.ts";

const transitions = new Transitions();
const run = (): PlayedRun => new PlayedRun(transitions);

function schedule(seq: number, more: Partial<ScheduleNexusOperation> = {}): WorkflowCommand {
  return {
    kind: "scheduleNexusOperation",
    seq,
    endpoint: "billing-endpoint",
    service: "billing",
    operation: "charge",
    headers: {},
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    ...more,
  };
}

const cancel = (seq: number): WorkflowCommand => ({ kind: "cancelNexusOperation", seq });

const ALL: readonly NexusCancellation[] = [
  "ABANDON",
  "TRY_CANCEL",
  "WAIT_CANCELLATION_REQUESTED",
  "WAIT_CANCELLATION_COMPLETED",
];
const WAITING: readonly NexusCancellation[] = ["WAIT_CANCELLATION_REQUESTED", "WAIT_CANCELLATION_COMPLETED"];
const ENDS = [
  "nexusOperationCompleted",
  "nexusOperationFailed",
  "nexusOperationCanceled",
  "nexusOperationTimedOut",
] as const;
type End = (typeof ENDS)[number];

/** Event of the command that schedules the operation. */
const scheduledEventId = 5;
const result = { data: Uint8Array.of(7) };
const serverFailure: FailureData = { message: "nexus operation completed unsuccessfully" };

/** A workflow whose first task scheduled operation 1. */
function scheduled(cancellationType: NexusCancellation): PlayedRun {
  const s = run();
  s.task();
  expect(s.complete(schedule(1, { cancellationType }))).toEqual(["respond scheduleNexusOperation"]);
  s.h.taskCompleted();
  s.h.add("nexusOperationScheduled", {
    endpoint: "billing-endpoint",
    service: "billing",
    operation: "charge",
  });
  return s;
}

/** As `scheduled`; the operation has started and the workflow knows. */
function started(cancellationType: NexusCancellation): PlayedRun {
  const s = scheduled(cancellationType);
  s.h.add("nexusOperationStarted", { scheduledEventId, operationToken: "token" });
  expect(s.task()).toEqual(["activate resolveNexusOperationStart 1 started"]);
  expect(s.job("resolveNexusOperationStart").resolution).toEqual({ kind: "started", token: "token" });
  return s;
}

function end(
  s: PlayedRun,
  name: End,
  more: { failure?: FailureData | undefined } = { failure: serverFailure },
) {
  if (name === "nexusOperationCompleted") s.h.add(name, { scheduledEventId, result });
  else s.h.add(name, { scheduledEventId, ...more });
}

function failureOf(s: PlayedRun, kind: "resolveNexusOperation" | "resolveNexusOperationStart"): FailureData {
  const { resolution } = s.job(kind);
  if (resolution.kind !== "failed") throw new Error(`the operation ${resolution.kind}`);
  return resolution.failure;
}

/** Answers a signal by a cancellation. */
function cancelOnSignal(s: PlayedRun): string[] {
  s.complete();
  s.h.taskCompleted();
  s.h.signal("stop");
  s.task();
  return s.complete(cancel(1));
}

function recordRequest(s: PlayedRun): number {
  s.h.taskCompleted();
  return s.h.add("nexusOperationCancelRequested", { scheduledEventId });
}

const info = (operationToken: string, eventId = scheduledEventId): FailureData["failureInfo"] => ({
  case: "nexusOperationExecutionFailureInfo",
  value: {
    scheduledEventId: eventId,
    endpoint: "billing-endpoint",
    service: "billing",
    operation: "charge",
    operationToken,
  },
});
const canceled: FailureData = { failureInfo: { case: "canceledFailureInfo", value: {} } };

describe("a Nexus operation", () => {
  test("has a command with all of its options", () => {
    const s = run();
    s.task();
    s.complete(
      schedule(1, {
        input: result,
        headers: { "x-tenant": "acme" },
        scheduleToCloseTimeoutMs: 3_000,
        scheduleToStartTimeoutMs: 1_500,
        startToCloseTimeoutMs: 2_000,
        userMetadata: { summary: result },
      }),
    );
    expect(s.player.effect("respond").answer.commands).toEqual([
      {
        commandType: 17,
        userMetadata: { summary: result, details: undefined },
        eventGroupMarkers: undefined,
        attributes: {
          case: "scheduleNexusOperationCommandAttributes",
          value: {
            endpoint: "billing-endpoint",
            service: "billing",
            operation: "charge",
            input: result,
            nexusHeader: { "x-tenant": "acme" },
            scheduleToCloseTimeout: { seconds: 3, nanos: 0 },
            scheduleToStartTimeout: { seconds: 1, nanos: 500_000_000 },
            startToCloseTimeout: { seconds: 2, nanos: 0 },
          },
        },
      },
    ]);
  });

  test("that is answered at once is told in one activation, start before result", () => {
    const s = scheduled("ABANDON");
    end(s, "nexusOperationCompleted");
    expect(s.task()).toEqual([
      "activate resolveNexusOperationStart 1 startedSync, resolveNexusOperation 1 completed",
    ]);
    expect(s.job("resolveNexusOperation").resolution).toMatchObject({ kind: "completed", result });
  });

  test.each(ENDS.slice(1))("that ends before it started has no result: %s", (name) => {
    const s = scheduled("WAIT_CANCELLATION_COMPLETED");
    end(s, name);
    expect(s.task()).toEqual(["activate resolveNexusOperationStart 1 failed"]);
    expect(failureOf(s, "resolveNexusOperationStart")).toMatchObject(serverFailure);
  });

  test.each(ENDS)("that has started ends: %s", (name) => {
    const s = started("WAIT_CANCELLATION_COMPLETED");
    s.complete();
    s.h.taskCompleted();
    end(s, name);
    const kind = name === "nexusOperationCompleted" ? "completed" : "failed";
    expect(s.task()).toEqual([`activate resolveNexusOperation 1 ${kind}`]);
    expect(s.complete(cancel(1))).toEqual(["respond"]);
  });

  test("whose failure the server left out has one nevertheless", () => {
    const s = started("WAIT_CANCELLATION_COMPLETED");
    s.complete();
    s.h.taskCompleted();
    end(s, "nexusOperationFailed", {});
    s.task();
    expect(failureOf(s, "resolveNexusOperation")).toMatchObject({
      message: "Nexus operation failed but failure field was not populated",
      failureInfo: info("token"),
    });
  });

  test.each(ALL)("cancelled before it was sent leaves no command: %s", (cancellationType) => {
    const s = run();
    s.task();
    expect(s.complete(schedule(1, { cancellationType }), cancel(1))).toEqual([
      "activate resolveNexusOperationStart 1 failed",
    ]);
    expect(failureOf(s, "resolveNexusOperationStart")).toEqual({
      message: "Nexus Operation cancelled before scheduled",
      cause: canceled,
      failureInfo: info("", 0),
    });
    expect(s.complete(cancel(1))).toEqual(["respond"]);
  });

  describe.each(["scheduled", "started"] as const)("that is %s", (when) => {
    const begin = (way: NexusCancellation): PlayedRun => {
      if (when === "started") return started(way);
      const s = scheduled(way);
      s.h.signal("go");
      s.task();
      return s;
    };

    test.each(["ABANDON", "TRY_CANCEL"] as const)("and cancelled is told at once: %s", (way) => {
      const s = begin(way);
      expect(cancelOnSignal(s)).toEqual(["activate resolveNexusOperation 1 failed"]);
      expect(failureOf(s, "resolveNexusOperation")).toEqual({
        message: "Nexus operation cancelled after starting",
        cause: canceled,
        failureInfo: info(when === "started" ? "token" : ""),
      });
      const request = way === "TRY_CANCEL" ? ["respond requestCancelNexusOperation"] : ["respond"];
      expect(s.complete(cancel(1))).toEqual(request);
    });

    test.each(["ABANDON", "TRY_CANCEL"] as const)("and was left may end in any way, silently: %s", (way) => {
      for (const name of ENDS) {
        const s = begin(way);
        cancelOnSignal(s);
        s.complete();
        if (way === "TRY_CANCEL") recordRequest(s);
        else s.h.taskCompleted();
        if (when === "scheduled") {
          s.h.add("nexusOperationStarted", { scheduledEventId, operationToken: "late" });
        }
        end(s, name);
        s.h.signal("on");
        expect(s.task()).toEqual(["activate signalWorkflow on"]);
      }
    });

    test.each(WAITING)("and cancelled asks once and waits: %s", (way) => {
      const s = begin(way);
      expect(cancelOnSignal(s)).toEqual(["respond requestCancelNexusOperation"]);
      const [command] = s.player.effect("respond").answer.commands ?? [];
      expect(command?.attributes).toEqual({
        case: "requestCancelNexusOperationCommandAttributes",
        value: { scheduledEventId },
      });
      recordRequest(s);
      s.h.signal("again");
      expect(s.task()).toEqual(["activate signalWorkflow again"]);
      expect(s.complete(cancel(1))).toEqual(["respond"]);
    });

    test.each(ENDS)("and asked to stop tells how it ended, once: %s", (name) => {
      for (const request of [
        "nexusOperationCancelRequestCompleted",
        "nexusOperationCancelRequestFailed",
      ] as const) {
        const s = begin("WAIT_CANCELLATION_COMPLETED");
        cancelOnSignal(s);
        const requestedEventId = recordRequest(s);
        end(s, name);
        const [effect = ""] = s.task();
        if (name !== "nexusOperationCompleted") {
          const job = when === "started" ? "resolveNexusOperation" : "resolveNexusOperationStart";
          expect(effect).toBe(`activate ${job} 1 failed`);
          expect(failureOf(s, job)).toMatchObject(serverFailure);
        } else {
          expect(effect).toMatch(/resolveNexusOperation 1 completed$/);
        }
        // What became of the request comes later, and is no news.
        s.complete();
        s.h.taskCompleted();
        s.h.add(request, { scheduledEventId, requestedEventId });
        s.h.signal("on");
        expect(s.task()).toEqual(["activate signalWorkflow on"]);
      }
    });
  });

  test("that is asked to stop before it started still tells of its start", () => {
    const s = scheduled("WAIT_CANCELLATION_COMPLETED");
    s.h.signal("stop");
    s.task();
    s.complete(cancel(1));
    recordRequest(s);
    s.h.add("nexusOperationStarted", { scheduledEventId, operationToken: "token" });
    expect(s.task()).toEqual(["activate resolveNexusOperationStart 1 started"]);
  });

  test.each(["nexusOperationCancelRequestCompleted", "nexusOperationCancelRequestFailed"] as const)(
    "tells who waits for the request, and no one else: %s",
    (name) => {
      for (const way of WAITING) {
        const s = started(way);
        cancelOnSignal(s);
        const requestedEventId = recordRequest(s);
        s.h.add(name, { scheduledEventId, requestedEventId });
        s.h.signal("on");
        const effects = s.task();
        if (way === "WAIT_CANCELLATION_COMPLETED") {
          expect(effects).toEqual(["activate signalWorkflow on"]);
          continue;
        }
        expect(effects).toEqual(["activate signalWorkflow on, resolveNexusOperation 1 failed"]);
        expect(failureOf(s, "resolveNexusOperation")).toMatchObject(
          name === "nexusOperationCancelRequestCompleted"
            ? { message: "Nexus operation cancellation request completed", cause: canceled }
            : { message: "Nexus operation cancellation request failed" },
        );
        // The operation goes on; the workflow has turned away.
        s.complete();
        s.h.taskCompleted();
        end(s, "nexusOperationCompleted");
        s.h.signal("later");
        expect(s.task()).toEqual(["activate signalWorkflow later"]);
      }
    },
  );

  test("is named in the words of errors", () => {
    const s = run();
    s.task();
    s.complete(schedule(1));
    s.h.taskCompleted();
    s.h.timerStarted(1);
    expect(s.task()).toEqual(["respondFailed 24", "evict nondeterminism"]);
    expect(s.player.effect("evict").message).toContain(
      "scheduleNexusOperation (seq 1, operation 'billing.charge', endpoint 'billing-endpoint')",
    );
  });

  test("that was never started cannot be cancelled", () => {
    const s = run();
    s.task();
    expect(s.complete(cancel(1))).toEqual(["respondFailed 24", "evict nondeterminism"]);
  });
});

test("every transition of the table was taken above", () => {
  const { all, untaken } = transitions.of(nexusOperation);
  expect(all.length).toBe(39);
  expect(untaken).toEqual([]);
});
