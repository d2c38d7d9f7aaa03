import { describe, expect, test } from "vitest";
import {
  ApplicationFailure,
  CancelledFailure,
  Client,
  NamespaceNotFoundError,
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowContinuedAsNewError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from "../../src/client/mod.ts";
import type { Init } from "../../src/codec-runtime/init.ts";
import { defineQuery } from "../../src/common/mod.ts";
import {
  encodeNamespaceNotFoundFailure,
  encodeWorkflowExecutionAlreadyStartedFailure,
} from "../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { type Answers, type FakeServer, fakeServer, fromJson, json, rpcError } from "./fake-server.ts";

type Ending = Init<HistoryEvent>["attributes"];

const base = { workflowId: "order-1", taskQueue: "orders" };
const clientOf = ({ connection }: FakeServer, queryRejectCondition: "NONE" | "NOT_OPEN" = "NONE"): Client =>
  new Client({ connection, workflow: { queryRejectCondition } });

/** A server on which runs have ended, by run id; "" is the latest. */
function ended(endings: Record<string, Ending>): Answers {
  return {
    getWorkflowExecutionHistory: ({ execution }) => ({
      history: { events: [{ attributes: endings[execution?.runId ?? ""] }] },
    }),
  };
}

const completed = (value: unknown, newExecutionRunId = ""): Ending => ({
  case: "workflowExecutionCompletedEventAttributes",
  value: { result: { payloads: [json(value)] }, newExecutionRunId },
});

const failureOf = async (ending: Ending): Promise<WorkflowFailedError> => {
  const client = clientOf(fakeServer(ended({ "": ending })));
  const error: unknown = await client.workflow
    .getHandle("w")
    .result()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  return error as WorkflowFailedError;
};

describe("results", () => {
  test("are waited for with long polls until the end is there", async () => {
    const tokens: string[] = [];
    const server = fakeServer({
      getWorkflowExecutionHistory: (request) => {
        expect(request).toMatchObject({ waitNewEvent: true, skipArchival: true, historyEventFilterType: 2 });
        tokens.push(String(request.nextPageToken));
        if (tokens.length < 3) return { nextPageToken: new Uint8Array([tokens.length]) };
        return { history: { events: [{ attributes: completed("done") }] } };
      },
    });
    expect(await clientOf(server).workflow.getHandle("w").result()).toBe("done");
    expect(tokens).toEqual(["", "1", "2"]);
  });

  test("follow runs: continued as new, retried, timed out, cron", async () => {
    const server = fakeServer(
      ended({
        "": {
          case: "workflowExecutionContinuedAsNewEventAttributes",
          value: { newExecutionRunId: "b" },
        },
        b: { case: "workflowExecutionFailedEventAttributes", value: { newExecutionRunId: "c" } },
        c: { case: "workflowExecutionTimedOutEventAttributes", value: { newExecutionRunId: "d" } },
        d: completed("early", "e"),
        e: completed("last"),
      }),
    );
    expect(await clientOf(server).workflow.getHandle("w").result()).toBe("last");
  });

  test("do not follow runs when told so", async () => {
    const server = fakeServer(
      ended({
        "": { case: "workflowExecutionContinuedAsNewEventAttributes", value: { newExecutionRunId: "b" } },
        one: completed("one", "two"),
      }),
    );
    const { workflow } = clientOf(server);
    const handle = workflow.getHandle("w", undefined, { followRuns: false });
    await expect(handle.result()).rejects.toMatchObject({ newExecutionRunId: "b" });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowContinuedAsNewError);
    expect(await workflow.getHandle("w", "one", { followRuns: false }).result()).toBe("one");
  });

  test("of execute are those of the run that was started", async () => {
    const server = fakeServer({
      startWorkflowExecution: () => ({ runId: "mine" }),
      ...ended({ mine: completed("mine"), "": completed("another's") }),
    });
    expect(await clientOf(server).workflow.execute("order", base)).toBe("mine");
  });

  test("of workflows that return nothing are undefined", async () => {
    const ending: Ending = { case: "workflowExecutionCompletedEventAttributes", value: {} };
    expect(await clientOf(fakeServer(ended({ "": ending }))).workflow.result("w")).toBeUndefined();
  });
});

describe("workflows that did not complete", () => {
  test("failed", async () => {
    const error = await failureOf({
      case: "workflowExecutionFailedEventAttributes",
      value: {
        retryState: 4,
        failure: {
          message: "declined",
          stackTrace: "remote stack",
          failureInfo: {
            case: "applicationFailureInfo",
            value: { type: "Card", nonRetryable: true, details: { payloads: [json({ code: 51 })] } },
          },
        },
      },
    });
    expect(error).toMatchObject({
      message: "Workflow execution failed",
      retryState: "MAXIMUM_ATTEMPTS_REACHED",
    });
    expect(error.cause).toBeInstanceOf(ApplicationFailure);
    expect(error.cause).toMatchObject({
      message: "declined",
      type: "Card",
      nonRetryable: true,
      details: [{ code: 51 }],
      stack: "remote stack",
    });
  });

  test("cancelled", async () => {
    const error = await failureOf({
      case: "workflowExecutionCanceledEventAttributes",
      value: { details: { payloads: [json("why")] } },
    });
    expect(error.message).toBe("Workflow execution cancelled");
    expect(error.cause).toBeInstanceOf(CancelledFailure);
    expect(error.cause).toMatchObject({ details: ["why"], message: "Workflow canceled" });
  });

  test("terminated", async () => {
    const error = await failureOf({
      case: "workflowExecutionTerminatedEventAttributes",
      value: { reason: "enough" },
    });
    expect(error).toMatchObject({ message: "enough", retryState: "NON_RETRYABLE_FAILURE" });
    expect(error.cause).toBeInstanceOf(TerminatedFailure);
  });

  test("timed out", async () => {
    const error = await failureOf({
      case: "workflowExecutionTimedOutEventAttributes",
      value: { retryState: 3 },
    });
    expect(error).toMatchObject({ message: "Workflow execution timed out", retryState: "TIMEOUT" });
    expect(error.cause).toBeInstanceOf(TimeoutFailure);
    expect(error.cause).toMatchObject({ timeoutType: "START_TO_CLOSE" });
  });
});

describe("what handles send", () => {
  test("signals, with a request id of their own", async () => {
    const requests: unknown[] = [];
    const server = fakeServer({
      signalWorkflowExecution: (request) => {
        requests.push(request);
        expect(request.input?.payloads.map(fromJson)).toEqual([1, "two"]);
        return {};
      },
    });
    const handle = clientOf(server).workflow.getHandle("w", "r");
    await handle.signal("add", 1, "two");
    await handle.signalWithOptions("add", { args: [1, "two"] });
    expect(requests).toMatchObject([
      { signalName: "add", workflowExecution: { workflowId: "w", runId: "r" } },
      { signalName: "add" },
    ]);
    expect(new Set(requests.map((request) => (request as { requestId: string }).requestId)).size).toBe(2);
  });

  test("cancel and terminate, guarded by the first run of the chain, on its latest run", async () => {
    const seen: unknown[] = [];
    const note = (request: unknown): Record<string, never> => {
      seen.push(request);
      return {};
    };
    const server = fakeServer({
      startWorkflowExecution: () => ({ runId: "first" }),
      requestCancelWorkflowExecution: note,
      terminateWorkflowExecution: note,
    });
    const handle = await clientOf(server).workflow.start("order", base);
    await handle.cancel("changed my mind");
    await handle.terminate("enough");
    const target = { workflowExecution: { workflowId: "order-1", runId: "" }, firstExecutionRunId: "first" };
    expect(seen).toMatchObject([
      { ...target, reason: "changed my mind" },
      { ...target, reason: "enough" },
    ]);
  });

  test("queries, with the client's reject condition", async () => {
    const total = defineQuery<number, [string]>("total");
    const server = fakeServer({
      queryWorkflow: ({ query, queryRejectCondition }) => {
        expect(query?.queryArgs?.payloads.map(fromJson)).toEqual(["eur"]);
        return { queryResult: { payloads: [json([query?.queryType, queryRejectCondition])] } };
      },
    });
    expect(await clientOf(server, "NOT_OPEN").workflow.getHandle("w").query(total, "eur")).toEqual([
      "total",
      2,
    ]);
  });

  test("the whole history, page by page", async () => {
    const server = fakeServer({
      getWorkflowExecutionHistory: ({ nextPageToken }) =>
        nextPageToken.length === 0
          ? { history: { events: [{ eventId: 1n }, { eventId: 2n }] }, nextPageToken: new Uint8Array([1]) }
          : { history: { events: [{ eventId: 3n }] } },
    });
    const { events } = await clientOf(server).workflow.getHandle("w").fetchHistory();
    expect(events.map(({ eventId }) => eventId)).toEqual([1n, 2n, 3n]);
  });

  test("options of the call: deadline, metadata, signal", async () => {
    const abort = new AbortController();
    let seen: { timeoutMs?: number | undefined; metadata?: unknown; aborted?: boolean | undefined } = {};
    const server = fakeServer({
      describeWorkflowExecution: (_request, { timeoutMs, metadata, signal }) => {
        abort.abort();
        seen = { timeoutMs, metadata, aborted: signal?.aborted };
        return { workflowExecutionInfo: { startTime: {} } };
      },
    });
    const handle = clientOf(server).workflow.getHandle("w");
    const call = { deadline: Date.now() + 60_000, metadata: { "x-team": "a" }, abortSignal: abort.signal };
    await handle.describe(call);
    expect(seen.timeoutMs).toBeGreaterThan(50_000);
    expect(seen).toMatchObject({
      metadata: { "x-team": "a", "temporal-namespace": "default" },
      aborted: true,
    });
    await clientOf(server).withMetadata({ "x-team": "b" }, () => handle.describe());
    expect(seen).toMatchObject({ metadata: { "x-team": "b" }, timeoutMs: undefined });
  });
});

test("descriptions are read whole", async () => {
  const server = fakeServer({
    describeWorkflowExecution: () => ({
      executionConfig: { userMetadata: { summary: json("sum") } },
      workflowExecutionInfo: {
        execution: { workflowId: "w", runId: "r" },
        type: { name: "order" },
        status: 8,
        taskQueue: "orders",
        historyLength: 12n,
        historySizeBytes: 999n,
        startTime: { seconds: 1n },
        closeTime: { seconds: 2n },
        memo: { fields: { note: json("n") } },
        searchAttributes: {
          indexedFields: {
            Count: { ...json(7), metadata: { ...json(7).metadata, type: new TextEncoder().encode("Int") } },
          },
        },
        parentExecution: { workflowId: "p", runId: "pr" },
        priority: { priorityKey: 2 },
      },
    }),
  });
  const description = await clientOf(server).workflow.getHandle("w").describe();
  expect(description).toMatchObject({
    type: "order",
    workflowId: "w",
    runId: "r",
    taskQueue: "orders",
    status: { code: 8, name: "PAUSED" },
    historyLength: 12,
    historySize: 999,
    startTime: new Date(1000),
    closeTime: new Date(2000),
    executionTime: undefined,
    memo: { note: "n" },
    searchAttributes: { Count: [7] },
    parentExecution: { workflowId: "p", runId: "pr" },
    priority: { priorityKey: 2 },
  });
  expect(description.typedSearchAttributes.get({ name: "Count", type: "INT" })).toBe(7);
  expect(await description.staticSummary()).toBe("sum");
  expect(await description.staticDetails()).toBeUndefined();
});

describe("errors of the server become errors of their own class", () => {
  const failing = (error: Error): Client => {
    const fail = (): never => {
      throw error;
    };
    return clientOf(
      fakeServer({
        startWorkflowExecution: fail,
        signalWithStartWorkflowExecution: fail,
        signalWorkflowExecution: fail,
        queryWorkflow: fail,
        describeWorkflowExecution: fail,
        requestCancelWorkflowExecution: fail,
        terminateWorkflowExecution: fail,
        getWorkflowExecutionHistory: fail,
        countWorkflowExecutions: fail,
        listWorkflowExecutions: fail,
      }),
    );
  };
  /** What calls are rejected with; all are listened to at once, so that none counts as unhandled. */
  const rejections = (calls: Promise<unknown>[]): Promise<unknown[]> =>
    Promise.all(
      calls.map((call) =>
        call.then(
          () => "it succeeded",
          (error: unknown) => error,
        ),
      ),
    );
  const onHandle = (client: Client): Promise<unknown>[] => {
    const handle = client.workflow.getHandle("w", "r");
    return [
      handle.signal("s"),
      handle.query("q"),
      handle.describe(),
      handle.cancel(),
      handle.terminate(),
      handle.result(),
      handle.fetchHistory(),
    ];
  };

  test("not found", async () => {
    for (const error of await rejections(onHandle(failing(rpcError(5, "no such workflow"))))) {
      expect(error).toBeInstanceOf(WorkflowNotFoundError);
      expect(error).toMatchObject({ message: "no such workflow", workflowId: "w", runId: "r" });
    }
  });

  test("no such namespace", async () => {
    const value = encodeNamespaceNotFoundFailure({ namespace: "nowhere" });
    const client = failing(rpcError(5, "gone", { name: "NamespaceNotFoundFailure", value }));
    const calls = [
      ...onHandle(client),
      client.workflow.start("order", base),
      client.workflow.count(),
      client.workflow.list()[Symbol.asyncIterator]().next(),
    ];
    for (const error of await rejections(calls)) {
      expect(error).toBeInstanceOf(NamespaceNotFoundError);
      expect(error).toMatchObject({ namespace: "nowhere" });
    }
  });

  test("already started, with the run that has the id", async () => {
    const value = encodeWorkflowExecutionAlreadyStartedFailure({ runId: "old" });
    const client = failing(rpcError(6, "exists", { name: "WorkflowExecutionAlreadyStartedFailure", value }));
    const calls = [
      client.workflow.start("order", base),
      client.workflow.execute("order", base),
      client.workflow.signalWithStart("order", { ...base, signal: "s" }),
    ];
    for (const error of await rejections(calls)) {
      expect(error).toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
      expect(error).toMatchObject({
        workflowId: "order-1",
        workflowType: "order",
        runId: "old",
      });
    }
    const without = failing(rpcError(6, "exists")).workflow.start("order", base);
    await expect(without).rejects.toMatchObject({ runId: undefined });
  });

  test("queries that are not answered", async () => {
    const query = failing(rpcError(3, "unknown queryType foo")).workflow.getHandle("w").query("foo");
    await expect(query).rejects.toBeInstanceOf(QueryNotRegisteredError);
    await expect(query).rejects.toMatchObject({ message: "unknown queryType foo", status: 3 });
  });

  test("queries that are rejected", async () => {
    const server = fakeServer({ queryWorkflow: () => ({ queryRejected: { status: 2 } }) });
    const query = clientOf(server).workflow.getHandle("w").query("q");
    await expect(query).rejects.toBeInstanceOf(QueryRejectedError);
    await expect(query).rejects.toMatchObject({ status: 2 });
  });

  test("anything else: a ServiceError that says what failed and why", async () => {
    const cause = rpcError(7, "Request unauthorized.");
    const describe = failing(cause).workflow.getHandle("w").describe();
    await expect(describe).rejects.toBeInstanceOf(ServiceError);
    await expect(describe).rejects.toMatchObject({
      message: "Failed to describe Workflow: Request unauthorized.",
      cause,
    });
  });
});

test("handles refuse bad input before anything is sent", async () => {
  const server = fakeServer({});
  const { workflow } = clientOf(server);
  expect(() => workflow.getHandle("")).toThrow(/workflowId is ""/);
  const handle = workflow.getHandle("w");
  await expect(handle.signal("")).rejects.toThrow(
    /signal is ""; it must be a definition or a non-empty name/,
  );
  await expect(handle.query({} as never)).rejects.toThrow(/query is \{\}/);
  await expect(handle.terminate(7 as unknown as string)).rejects.toThrow(/reason is 7/);
  expect(server.calls).toEqual([]);
});
