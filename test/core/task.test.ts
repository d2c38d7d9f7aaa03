import { describe, expect, test } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import { parseTask } from "../../src/core/task.ts";
import {
  decodePollWorkflowTaskQueueResponse,
  encodePollWorkflowTaskQueueResponse,
  type PollWorkflowTaskQueueResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";

const whole: Init<PollWorkflowTaskQueueResponse> = {
  taskToken: Uint8Array.of(1),
  workflowExecution: { workflowId: "order-1", runId: "r-1" },
  workflowType: { name: "order" },
  workflowExecutionTaskQueue: { name: "orders" },
  history: { events: [{ eventId: 1 }] },
  previousStartedEventId: 3,
  startedEventId: 7,
  attempt: 2,
  nextPageToken: Uint8Array.of(9),
};

function parse(init: Init<PollWorkflowTaskQueueResponse>): ReturnType<typeof parseTask> {
  return parseTask(decodePollWorkflowTaskQueueResponse(encodePollWorkflowTaskQueueResponse(init)));
}

describe("a poll answer", () => {
  test("becomes a task without optional fields", () => {
    expect(parse(whole)).toMatchObject({
      kind: "task",
      task: {
        taskToken: Uint8Array.of(1),
        workflowId: "order-1",
        runId: "r-1",
        workflowType: "order",
        attempt: 2,
        previousStartedEventId: 3,
        startedEventId: 7,
        events: [{ eventId: 1n }],
        nextPageToken: Uint8Array.of(9),
        queries: [],
        legacyQuery: undefined,
        messages: [],
      },
    });
  });

  test("may have no events at all", () => {
    expect(parse({ ...whole, history: {} })).toMatchObject({ kind: "task", task: { events: [] } });
  });

  test("brings queries of both forms", () => {
    const queryArgs = { payloads: [{ data: Uint8Array.of(4) }] };
    const parsed = parse({
      ...whole,
      query: { queryType: "state", queryArgs, header: { fields: { trace: {} } } },
      queries: { q1: { queryType: "other" } },
    });
    expect(parsed).toMatchObject({
      kind: "task",
      task: {
        legacyQuery: {
          id: "legacy_query",
          queryType: "state",
          args: [{ data: Uint8Array.of(4) }],
          headers: { trace: {} },
        },
        queries: [{ id: "q1", queryType: "other", args: [], headers: {} }],
      },
    });
  });

  test("of a poll that ended without a task is empty", () => {
    expect(parse({})).toEqual({ kind: "empty" });
    expect(parse({ backlogCountHint: 3 })).toEqual({ kind: "empty" });
  });

  test.each([
    ["taskToken", "task_token"],
    ["workflowExecutionTaskQueue", "workflow_execution_task_queue"],
    ["workflowExecution", "workflow_execution"],
    ["workflowType", "workflow_type"],
    ["history", "history"],
  ] as const)("without %s is refused", (field, name) => {
    expect(parse({ ...whole, [field]: undefined })).toEqual({
      kind: "refused",
      message: `Workflow task refused: the server sent no ${name}`,
    });
  });

  test("bug class 64: with ids that no number holds is refused", () => {
    expect(parse({ ...whole, startedEventId: 2n ** 60n })).toEqual({
      kind: "refused",
      message: "Workflow task refused: event ids 3 and 1152921504606846976 are out of range",
    });
  });
});
