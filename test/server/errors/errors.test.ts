import { expect, test } from "vitest";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { compareScenarios } from "../scenarios/compare.ts";
import { ERRORS } from "../scenarios/errors.ts";
import { Stage } from "../scenarios/stage.ts";

compareScenarios("errors", ERRORS);

test("a workflow task that heartbeats for more than half an hour times out", async () => {
  const wall = new ManualWall(1_700_000_000_000);
  const server = new EmbeddedServer({}, { wall });
  const connection = Connection.lazy({ transport: server, interceptors: [] });
  const stage = new Stage(connection, "default");
  await stage.start({ workflowTaskTimeout: { seconds: 60n } });
  let { taskToken } = await stage.pollTask();
  const beat = async (): Promise<void> => {
    wall.advance(59_000);
    const more = { forceCreateNewWorkflowTask: true, returnNewWorkflowTask: true };
    const { workflowTask } = await stage.complete({ taskToken }, [], more);
    taskToken = workflowTask?.taskToken ?? new Uint8Array();
  };
  for (let minute = 1; minute <= 30; minute += 1) await beat();
  await expect(beat()).rejects.toMatchObject({ status: 5, details: "workflow task heartbeat timeout" });
  const names = (await stage.events()).map(({ attributes }) => attributes.case);
  expect(names).toContain("workflowTaskTimedOutEventAttributes");
  await connection.close();
  await server.close();
});
