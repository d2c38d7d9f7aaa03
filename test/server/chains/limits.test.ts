import { describe, expect, test } from "vitest";
import { Connection } from "../../../src/transport/connection.ts";
import { openEmbedded } from "../harness/embedded.ts";
import { compareScenarios } from "../scenarios/compare.ts";
import { LIMITS } from "../scenarios/limits.ts";
import { LOW_LIMITS, RUN_LIMITS_REACHED } from "../scenarios/run-limits.ts";
import { command, Stage } from "../scenarios/stage.ts";

compareScenarios("limits", LIMITS);
compareScenarios("run-limits", RUN_LIMITS_REACHED, LOW_LIMITS);

describe("limits of the embedded server", () => {
  test("a run whose history is full is terminated", { timeout: 60_000 }, async () => {
    const { stage, close } = await embeddedStage();
    await stage.start();
    const markers = Array.from({ length: 10_000 }, () => command("recordMarker", { markerName: "m" }));
    for (let round = 0; round < 5; round += 1) {
      const task = await stage.pollTask();
      await stage.complete(task, markers, { forceCreateNewWorkflowTask: true });
    }
    const task = await stage.pollTask();
    await expect(stage.complete(task, markers)).rejects.toThrow("Workflow history count exceeds limit.");
    const { namespace, execution } = stage;
    const last = await stage.service.getWorkflowExecutionHistoryReverse({
      namespace,
      execution,
      maximumPageSize: 1,
    });
    expect(last.history?.events[0]?.attributes).toMatchObject({
      case: "workflowExecutionTerminatedEventAttributes",
      value: { reason: "Workflow history count exceeds limit.", identity: "history-service" },
    });
    await close();
  });

  test("commands for Nexus are refused with a word on why", async () => {
    const { stage, close } = await embeddedStage();
    await stage.start();
    const task = await stage.pollTask();
    const nexus = command("scheduleNexusOperation", { endpoint: "e", service: "s", operation: "o" });
    await expect(stage.complete(task, [nexus])).rejects.toThrow(
      /Nexus operations are not part of Perdure's embedded server/,
    );
    await close();
  });
});

async function embeddedStage(): Promise<{ readonly stage: Stage; close(): Promise<void> }> {
  const server = await openEmbedded();
  const connection = Connection.lazy({ transport: server.port, interceptors: [] });
  const close = async (): Promise<void> => {
    await connection.close();
    await server.close();
  };
  return { stage: new Stage(connection, server.namespace), close };
}
