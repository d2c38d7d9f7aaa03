import { describe, expect, test } from "vitest";
import { rebuild, rebuildFaults } from "../../../src/server/execution/rebuild.ts";
import type { Run } from "../../../src/server/execution/run.ts";
import { EmbeddedServer } from "../../../src/server/server.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { schedule } from "../scenarios/activity-steps.ts";
import { command, Stage, seconds } from "../scenarios/stage.ts";

/** A run with something of each kind pending, and a signal in its buffer. */
async function busyRun(): Promise<{ readonly run: Run; readonly close: () => Promise<void> }> {
  let run: Run | undefined;
  const server = new EmbeddedServer({}, { verify: (changed) => (run ??= changed) });
  const connection = Connection.lazy({ transport: server, interceptors: [] });
  const stage = new Stage(connection, "default");
  const { namespace, execution: workflowExecution } = stage;
  await stage.start();
  await stage.decide(
    schedule(stage),
    command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) }),
    command("startChildWorkflowExecution", {
      workflowId: stage.id("child"),
      workflowType: { name: "child" },
      taskQueue: { name: stage.id("children") },
    }),
  );
  await stage.pollTask();
  await stage.service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "s" });
  if (!run) throw new Error("nothing has changed");
  return { run, close: () => server.close() };
}

describe("a run rebuilt from its history", () => {
  test("has what the live one has", async () => {
    const { run, close } = await busyRun();
    const rebuilt = rebuild(run.history.slice(1), run.fields.buffer);
    expect(rebuildFaults(run)).toEqual([]);
    expect([...rebuilt.activityIds.entries()]).toEqual([["a", 5]]);
    expect([...rebuilt.timers.values()].map(({ timerId }) => timerId)).toEqual(["t"]);
    expect(rebuilt.children.size).toBe(1);
    expect(rebuilt.fields.signalCount).toBe(1);
    await close();
  });

  test("shows what the live one has that no event tells", async () => {
    const { run, close } = await busyRun();
    run.fields.signalCount += 1;
    run.state.begin();
    run.state.timers.set("u", { timerId: "u", startedId: 6, fireMs: 0 });
    run.state.commit();
    const faults = rebuildFaults(run);
    expect(faults).toHaveLength(2);
    expect(faults[0]).toBe("signalCount: history tells 1, not 2");
    expect(faults[1]).toMatch(/^timers: history tells \{"t":/);
    await close();
  });

  test("is not made of a history without a beginning", async () => {
    const { run, close } = await busyRun();
    expect(() => rebuild(run.history.slice(2), [])).toThrow("has to begin with WorkflowExecutionStarted");
    await close();
  });
});
