import { describe, expect, test } from "vitest";
import {
  Client,
  defineUpdate,
  IllegalStateError,
  ServiceError,
  ValueError,
  WithStartWorkflowOperation,
  type WithStartWorkflowOptions,
  type Workflow,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from "../../src/client/mod.ts";
import {
  encodeMultiOperationExecutionFailure,
  encodeWorkflowExecutionAlreadyStartedFailure,
} from "../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import type {
  ExecuteMultiOperationRequest,
  UpdateWorkflowExecutionRequest,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { type Answers, fakeServer, fromJson, json, rpcError } from "./fake-server.ts";

const rename = defineUpdate<string, [string]>("rename");
const execution = { workflowId: "order-1", runId: "run-1" };
const success = { value: { case: "success", value: { payloads: [json("done")] } } } as const;
const failed = {
  value: {
    case: "failure",
    value: {
      message: "no",
      failureInfo: { case: "applicationFailureInfo", value: { type: "No", nonRetryable: true } },
    },
  },
} as const;
const ref = { updateRef: { workflowExecution: execution, updateId: "u" } };

function clientOf(answers: Answers, interceptors: ConstructorParameters<typeof Client>[0] = {}) {
  const server = fakeServer(answers);
  const client = new Client({
    connection: server.connection,
    namespace: "shop",
    identity: "me",
    ...interceptors,
  });
  return { ...server, client, handle: client.workflow.getHandle("order-1") };
}

describe("a handle updates its workflow", () => {
  test("what is sent, and the result", async () => {
    let seen: UpdateWorkflowExecutionRequest | undefined;
    const { client, calls } = clientOf({
      updateWorkflowExecution: (request) => {
        seen = request;
        return { ...ref, stage: 3, outcome: success };
      },
    });
    const handle = client.workflow.getHandle("order-1", "run-1", { firstExecutionRunId: "run-0" });
    expect(await handle.executeUpdate(rename, { args: ["x"], updateId: "u" })).toBe("done");
    expect(seen).toMatchObject({
      namespace: "shop",
      workflowExecution: execution,
      firstExecutionRunId: "run-0",
      waitPolicy: { lifecycleStage: 3 },
      request: { meta: { updateId: "u", identity: "me" }, input: { name: "rename" } },
    });
    expect(seen?.request?.input?.args?.payloads.map(fromJson)).toEqual(["x"]);
    expect(calls).toEqual(["updateWorkflowExecution"]);
  });

  test("an id is made up when none is given, and kept while the update is not durable", async () => {
    const ids: (string | undefined)[] = [];
    const { handle } = clientOf({
      updateWorkflowExecution: ({ request }) => {
        ids.push(request?.meta?.updateId);
        return { ...ref, stage: ids.length };
      },
      pollWorkflowExecutionUpdate: () => ({ outcome: success }),
    });
    const update = await handle.startUpdate(rename, { args: ["x"], waitForStage: "ACCEPTED" });
    expect(ids).toEqual([update.updateId, update.updateId]);
    expect(update.updateId).toMatch(/^[0-9a-f-]{36}$/);
    expect([update.workflowId, update.workflowRunId]).toEqual(["order-1", "run-1"]);
  });

  test("the outcome is polled for until it is there, once", async () => {
    let polls = 0;
    const { handle, calls } = clientOf({
      updateWorkflowExecution: () => ({ ...ref, stage: 2 }),
      pollWorkflowExecutionUpdate: ({ updateRef, waitPolicy }) => {
        expect([updateRef?.workflowExecution, waitPolicy?.lifecycleStage]).toEqual([execution, 3]);
        return ++polls < 3 ? {} : { outcome: success };
      },
    });
    expect(await handle.executeUpdate("rename", { args: ["x"], updateId: "u" })).toBe("done");
    expect(calls.length).toBe(4);
    const update = await handle.startUpdate(rename, { args: ["x"], waitForStage: "COMPLETED" });
    expect(calls.length).toBe(6);
    expect([await update.result(), await update.result()]).toEqual(["done", "done"]);
    expect(calls.length).toBe(6);
  });

  test("a rejection and a failure are told by the result, again and again", async () => {
    const { handle, calls } = clientOf({
      updateWorkflowExecution: () => ({ ...ref, stage: 3, outcome: failed }),
    });
    await expect(handle.executeUpdate(rename, { args: ["x"] })).rejects.toMatchObject({
      name: "WorkflowUpdateFailedError",
      code: "WORKFLOW_UPDATE_FAILED",
      cause: { message: "no", type: "No" },
    });
    const update = await handle.startUpdate(rename, { args: ["x"], waitForStage: "ACCEPTED" });
    await expect(update.result()).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    await expect(update.result()).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    expect(calls.length).toBe(2);
  });

  test("a handle to an older update polls the run that it is told", async () => {
    const runs: (string | undefined)[] = [];
    const { client } = clientOf({
      pollWorkflowExecutionUpdate: ({ updateRef }) => {
        runs.push(updateRef?.workflowExecution?.runId);
        return { outcome: success };
      },
    });
    const handle = client.workflow.getHandle("order-1", "run-1");
    await handle.getUpdateHandle("u").result();
    await handle.getUpdateHandle("u", { workflowRunId: "run-9" }).result();
    await client.workflow.getHandle("order-1").getUpdateHandle("u").result();
    expect(runs).toEqual(["run-1", "run-9", ""]);
  });

  test.each([
    [4, WorkflowUpdateRPCTimeoutOrCancelledError],
    [1, WorkflowUpdateRPCTimeoutOrCancelledError],
    [5, WorkflowNotFoundError],
    [13, ServiceError],
  ] as const)("status %i", async (status, type) => {
    const { handle } = clientOf({
      updateWorkflowExecution: () => {
        throw rpcError(status, "so it is");
      },
      pollWorkflowExecutionUpdate: () => {
        throw rpcError(status, "so it is");
      },
    });
    await expect(handle.executeUpdate(rename, { args: ["x"] })).rejects.toBeInstanceOf(type);
    await expect(handle.getUpdateHandle("u").result()).rejects.toBeInstanceOf(type);
  });

  test.each([
    [{ waitForStage: "ADMITTED" }, /waitForStage/],
    [{}, /waitForStage/],
    [{ waitForStage: "ACCEPTED", args: "x" }, /args/],
    [{ waitForStage: "ACCEPTED", updateId: 7 }, /updateId/],
  ])("options %o are refused", async (options, message) => {
    const { handle } = clientOf({});
    const update = handle.startUpdate("rename", options as never);
    await expect(update).rejects.toThrow(ValueError);
    await expect(handle.startUpdate("rename", options as never)).rejects.toThrow(message);
  });

  test("interceptors change what is sent", async () => {
    const names: (string | undefined)[] = [];
    const { handle } = clientOf(
      {
        updateWorkflowExecution: ({ request }) => {
          names.push(request?.input?.name, request?.meta?.updateId);
          return { ...ref, stage: 3, outcome: success };
        },
      },
      {
        interceptors: {
          workflow: [
            {
              startUpdate: async (input, next) => {
                const output = await next({
                  ...input,
                  updateName: `${input.updateName}!`,
                  options: { updateId: "mine" },
                });
                return { ...output, outcome: undefined, ...(output.outcome && { outcome: output.outcome }) };
              },
            },
          ],
        },
      },
    );
    expect(await handle.executeUpdate(rename, { args: ["x"], updateId: "u" })).toBe("done");
    expect(names).toEqual(["rename!", "mine"]);
  });
});

const startOptions: WithStartWorkflowOptions = {
  workflowId: "order-1",
  taskQueue: "orders",
  workflowIdConflictPolicy: "USE_EXISTING",
};
const operation = (): WithStartWorkflowOperation<Workflow> =>
  new WithStartWorkflowOperation("order", startOptions);
const answer = (stage: number, outcome: typeof success | typeof failed | undefined = undefined) =>
  ({
    responses: [
      {
        response: {
          case: "startWorkflow",
          value: { runId: "run-1", started: true, firstExecutionRunId: "run-1" },
        },
      },
      { response: { case: "updateWorkflow", value: { ...ref, stage, outcome } } },
    ],
  }) as const;

describe("update with start", () => {
  test("what is sent, the result, and the handle to the workflow", async () => {
    const seen: ExecuteMultiOperationRequest[] = [];
    const { client, calls } = clientOf({
      executeMultiOperation: (request) => {
        seen.push(request);
        return seen.length === 1 ? answer(1) : answer(3, success);
      },
    });
    const startWorkflowOperation = operation();
    const options = { args: ["x"] as [string], updateId: "u", startWorkflowOperation };
    expect(await client.workflow.executeUpdateWithStart(rename, options)).toBe("done");
    expect(calls).toEqual(["executeMultiOperation", "executeMultiOperation"]);
    const [start, update] = seen[0]!.operations.map(({ operation }) => operation);
    expect(start).toMatchObject({
      case: "startWorkflow",
      value: { workflowId: "order-1", workflowIdConflictPolicy: 2, requestEagerExecution: false },
    });
    expect(update).toMatchObject({
      case: "updateWorkflow",
      value: { workflowExecution: { workflowId: "order-1", runId: "" }, waitPolicy: { lifecycleStage: 3 } },
    });
    const handle = await startWorkflowOperation.workflowHandle();
    expect(handle.workflowId).toBe("order-1");
    expect(startWorkflowOperation).toMatchObject({ workflowTypeOrFunc: "order", options: startOptions });
  });

  test("an operation is good for one call", async () => {
    const { client } = clientOf({ executeMultiOperation: () => answer(3, success) });
    const startWorkflowOperation = operation();
    const options = { args: ["x"] as [string], waitForStage: "ACCEPTED", startWorkflowOperation } as const;
    await client.workflow.startUpdateWithStart(rename, options);
    await expect(client.workflow.startUpdateWithStart(rename, options)).rejects.toThrow(IllegalStateError);
    expect((await startWorkflowOperation.workflowHandle()).workflowId).toBe("order-1");
  });

  test("the workflow's handle is there although the update was refused", async () => {
    const { client } = clientOf({ executeMultiOperation: () => answer(3, failed) });
    const startWorkflowOperation = operation();
    const call = client.workflow.executeUpdateWithStart(rename, { args: ["x"], startWorkflowOperation });
    await expect(call).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    expect((await startWorkflowOperation.workflowHandle()).workflowId).toBe("order-1");
  });

  test("the error is that of the operation which failed, for the call and for the handle", async () => {
    const any = (name: string, value: Uint8Array) => ({
      typeUrl: `type.googleapis.com/temporal.api.${name}`,
      value,
    });
    const { client } = clientOf({
      executeMultiOperation: () => {
        throw rpcError(6, "MultiOperation could not be executed.", {
          name: "MultiOperationExecutionFailure",
          value: encodeMultiOperationExecutionFailure({
            statuses: [
              {
                code: 6,
                message: "already",
                details: [
                  any(
                    "errordetails.v1.WorkflowExecutionAlreadyStartedFailure",
                    encodeWorkflowExecutionAlreadyStartedFailure({ runId: "run-7" }),
                  ),
                ],
              },
              { code: 10, details: [any("failure.v1.MultiOperationExecutionAborted", new Uint8Array(0))] },
            ],
          }),
        });
      },
    });
    const startWorkflowOperation = operation();
    const call = client.workflow.executeUpdateWithStart(rename, { args: ["x"], startWorkflowOperation });
    await expect(call).rejects.toMatchObject({
      name: "WorkflowExecutionAlreadyStartedError",
      workflowId: "order-1",
    });
    await expect(startWorkflowOperation.workflowHandle()).rejects.toBeInstanceOf(
      WorkflowExecutionAlreadyStartedError,
    );
  });

  test("what is wrong before anything is sent fails the operation too", async () => {
    const { client } = clientOf({});
    const startWorkflowOperation = operation();
    const options = { args: ["x"], waitForStage: "ADMITTED", startWorkflowOperation };
    await expect(client.workflow.startUpdateWithStart(rename, options as never)).rejects.toThrow(ValueError);
    await expect(startWorkflowOperation.workflowHandle()).rejects.toThrow(ValueError);
    expect(
      () => new WithStartWorkflowOperation("order", { workflowId: "a", taskQueue: "b" } as never),
    ).toThrow(/workflowIdConflictPolicy/);
  });

  test("interceptors see it whole", async () => {
    let sent: ExecuteMultiOperationRequest | undefined;
    const { client } = clientOf(
      {
        executeMultiOperation: (request) => {
          sent = request;
          return answer(2);
        },
        pollWorkflowExecutionUpdate: () => ({ outcome: success }),
      },
      {
        interceptors: {
          workflow: [
            {
              startUpdateWithStart: (input, next) =>
                next({ ...input, workflowType: "other", updateArgs: ["y"] }),
            },
          ],
        },
      },
    );
    const options = { args: ["x"] as [string], startWorkflowOperation: operation() };
    expect(await client.workflow.executeUpdateWithStart(rename, options)).toBe("done");
    expect(sent?.operations[0]?.operation.value).toMatchObject({ workflowType: { name: "other" } });
  });
});
