import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/codec-runtime/json.ts";
import { UpdatePolls } from "../../../src/transport/fetch/update-polls.ts";

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/";
const UPDATE = `${SERVICE}UpdateWorkflowExecution`;
const POLL = `${SERVICE}PollWorkflowExecutionUpdate`;
const workflowExecution = { workflowId: "order-1" };
const update: JsonObject = {
  namespace: "default",
  workflowExecution,
  waitPolicy: { lifecycleStage: "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED" },
  request: { meta: { updateId: "u-1" }, input: { name: "add", args: { payloads: [] } } },
};
const poll: JsonObject = {
  namespace: "default",
  updateRef: { workflowExecution: { ...workflowExecution, runId: "run-1" }, updateId: "u-1" },
  waitPolicy: { lifecycleStage: "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED" },
};

/** Answers with each of `outcomes` in turn, and keeps what was asked. */
function server(...outcomes: readonly (JsonObject | undefined)[]): {
  readonly asked: [path: string, request: JsonObject][];
  readonly ask: (path: string, request: JsonObject) => Promise<{ readonly json: JsonObject }>;
} {
  const asked: [string, JsonObject][] = [];
  return {
    asked,
    ask: async (path, request) => {
      asked.push([path, request]);
      const outcome = outcomes[asked.length - 1];
      return { json: outcome === undefined ? {} : { outcome } };
    },
  };
}

test("an update that is open is waited for by sending it once more, with the poll's wait policy", async () => {
  const polls = new UpdatePolls();
  const { asked, ask } = server(undefined, undefined, { success: {} });
  await polls.send(UPDATE, update, ask);
  await polls.send(POLL, poll, ask);
  const { json } = await polls.send(POLL, poll, ask);
  expect(json["outcome"]).toEqual({ success: {} });
  expect(asked.map(([path]) => path)).toEqual([UPDATE, UPDATE, UPDATE]);
  expect(asked[2]?.[1]).toEqual({ ...update, waitPolicy: poll["waitPolicy"] });
});

test("an update that this connection did not send, or whose outcome it has told, cannot be waited for", async () => {
  const polls = new UpdatePolls();
  const { asked, ask } = server({ success: {} });
  await expect(polls.send(POLL, poll, ask)).rejects.toThrow('update "u-1" was not sent by this connection');
  await polls.send(UPDATE, update, ask);
  await expect(polls.send(POLL, poll, ask)).rejects.toThrow("PollWorkflowExecutionUpdate does not exist");
  expect(asked).toHaveLength(1);
});

test("other calls pass as they are", async () => {
  const { asked, ask } = server();
  await new UpdatePolls().send(`${SERVICE}QueryWorkflow`, { a: 1 }, ask);
  expect(asked).toEqual([[`${SERVICE}QueryWorkflow`, { a: 1 }]]);
});
