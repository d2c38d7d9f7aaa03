import { describe, expect, test } from "vitest";
import { scanFields } from "../../src/codec-runtime/wire-scan.ts";
import {
  encodePollActivityTaskQueueResponse,
  encodePollWorkflowTaskQueueResponse,
  encodeRespondWorkflowTaskCompletedResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { isEmptyPoll, peekTask, splitCompletedAnswer } from "../../src/worker/workflow/peek.ts";

const taskToken = new Uint8Array([1, 2]);

describe("looking into raw tasks", () => {
  test("finds token, run, type, attempt and backlog", () => {
    const bytes = encodePollWorkflowTaskQueueResponse({
      taskToken,
      workflowExecution: { workflowId: "größe", runId: "run-1" },
      workflowType: { name: "order" },
      attempt: 3,
      startedEventId: 2 ** 40,
      backlogCountHint: 17,
      history: { events: [{ eventId: 1 }] },
      queries: { q: { queryType: "x" } },
    });
    expect(peekTask(bytes)).toEqual({
      taskToken,
      workflowId: "größe",
      runId: "run-1",
      workflowType: "order",
      attempt: 3,
      queryOnly: false,
      stickyBacklog: 17,
    });
  });

  test("a query without a started event is a query-only task", () => {
    const query = { queryType: "x" };
    const queryOnly = encodePollWorkflowTaskQueueResponse({ taskToken, query });
    const both = encodePollWorkflowTaskQueueResponse({ taskToken, query, startedEventId: 5 });
    expect(peekTask(queryOnly)?.queryOnly).toBe(true);
    expect(peekTask(both)?.queryOnly).toBe(false);
  });

  test("a response without a token is no task, whatever else it has", () => {
    const advice = { pollerScalingDecision: { pollRequestDeltaSuggestion: 1 } };
    expect(peekTask(new Uint8Array(0))).toBeUndefined();
    expect(peekTask(encodePollWorkflowTaskQueueResponse(advice))).toBeUndefined();
    expect(isEmptyPoll(encodePollWorkflowTaskQueueResponse(advice))).toBe(true);
    expect(isEmptyPoll(encodePollActivityTaskQueueResponse({ taskToken }))).toBe(false);
  });

  test("splits an answer into its tasks", () => {
    const answer = splitCompletedAnswer(
      encodeRespondWorkflowTaskCompletedResponse({
        workflowTask: { taskToken, workflowExecution: { runId: "run-2" } },
        activityTasks: [{ taskToken: new Uint8Array([7]) }, { taskToken: new Uint8Array([8]) }],
        resetHistoryEventId: 12,
      }),
    );
    expect(peekTask(answer.workflowTask!)?.runId).toBe("run-2");
    expect(answer.activityTasks).toHaveLength(2);
    expect(answer.resetHistoryEventId).toBe(12);
    expect(splitCompletedAnswer(new Uint8Array(0))).toEqual({
      workflowTask: undefined,
      activityTasks: [],
      resetHistoryEventId: 0,
    });
  });

  test.each([
    ["cut inside a field", [10, 5, 1]],
    ["cut inside a number", [8, 128]],
    ["an endless number", [8, ...new Array<number>(11).fill(255)]],
    ["an unused wire type", [15]],
  ])("refuses bytes that are %s", (_, bytes) => {
    expect(() => scanFields(new Uint8Array(bytes), () => {})).toThrow(
      expect.objectContaining({ code: "WIRE_SCAN" }),
    );
    expect(isEmptyPoll(new Uint8Array(bytes))).toBe(false);
  });
});
