import { describe, expect, test } from "vitest";
import { coreFlags, FlagLedger } from "../../src/core/flags.ts";
import type { WorkflowTaskCompletedMetadata } from "../../src/gen/codec/temporal/api/sdk/v1/task_complete_metadata.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { ok, Player, scheduleActivity, startTimer } from "./player.ts";

const sdk = { sdkName: "perdure", sdkVersion: "1.0.0", serverSupportsSdkMetadata: true };

function recorded(more: Partial<WorkflowTaskCompletedMetadata>): WorkflowTaskCompletedMetadata {
  return { coreUsedFlags: [], langUsedFlags: [], sdkName: "", sdkVersion: "", ...more };
}

describe("flags", () => {
  test("the numbers are what all SDKs agreed on", () => {
    expect(coreFlags).toEqual({
      idAndTypeDeterminismChecks: 1,
      upsertSearchAttributeOnPatch: 2,
      moveTerminalCommands: 3,
    });
  });

  test("the first answer records all core flags and who we are, later ones what is new", () => {
    const flags = new FlagLedger(sdk);
    flags.useLang([2, 1]);
    expect(flags.takeForAnswer()).toEqual({
      coreUsedFlags: [1, 2, 3],
      langUsedFlags: [2, 1],
      sdkName: "perdure",
      sdkVersion: "1.0.0",
    });
    flags.addFromHistory(recorded({ coreUsedFlags: [1, 2, 3], sdkName: "perdure", sdkVersion: "1.0.0" }));
    flags.useLang([1, 2, 5]);
    expect(flags.takeForAnswer()).toEqual({
      coreUsedFlags: [],
      langUsedFlags: [5],
      sdkName: "",
      sdkVersion: "",
    });
    expect(flags.lang).toEqual([1, 2, 5]);
  });

  test("name and version are recorded when they differ from the last in history, each for itself", () => {
    const flags = new FlagLedger(sdk);
    flags.addFromHistory(recorded({ sdkName: "temporal-typescript", sdkVersion: "1.0.0" }));
    flags.addFromHistory(recorded({}));
    expect(flags.lastSdkVersion).toBe("1.0.0");
    expect(flags.takeForAnswer()).toMatchObject({ sdkName: "perdure", sdkVersion: "" });
  });

  test("without the server's consent nothing is used anew or sent, but history counts", () => {
    const flags = new FlagLedger({ ...sdk, serverSupportsSdkMetadata: false });
    flags.addFromHistory(recorded({ coreUsedFlags: [1], langUsedFlags: [3] }));
    flags.addFromHistory(undefined);
    flags.useLang([4]);
    expect(flags.tryUse(coreFlags.idAndTypeDeterminismChecks, false)).toBe(true);
    expect(flags.tryUse(coreFlags.moveTerminalCommands, false)).toBe(false);
    expect(flags.tryUse(coreFlags.moveTerminalCommands, true)).toBe(false);
    expect(flags.lang).toEqual([3]);
    expect(flags.takeForAnswer()).toBeUndefined();
  });

  test("bug class 16: language flags are recorded with the answer that used them", () => {
    const h = new HistoryBuilder();
    h.started();
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    player.complete(startTimer(1));
    expect(player.effect("respond").answer.sdkMetadata?.langUsedFlags).toEqual([]);
    player.answered();
    h.taskCompleted();
    h.timerStarted(1);
    h.signal("go");
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    const completion = { ...ok(startTimer(2)), usedFlags: [2] } as const;
    player.step({
      kind: "completion",
      completion: { ...completion, kind: "success", commands: [], versioningBehavior: 0 },
    });
    expect(player.effect("respond").answer.sdkMetadata?.langUsedFlags).toEqual([2]);
  });

  test("bug class 12: the flags, version and build of a task lie in the event after it", () => {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask({
      sdkMetadata: { langUsedFlags: [1], sdkVersion: "1.11.1" },
      workerDeploymentVersion: "orders.build-1",
    });
    h.timerFired(h.timerStarted(1), 1);
    h.fullTask({
      sdkMetadata: { langUsedFlags: [2] },
      deploymentVersion: { deploymentName: "orders", buildId: "build-2" },
    });
    h.timerFired(h.timerStarted(2), 2);
    h.openTask();
    const player = new Player({ deploymentVersion: { deploymentName: "orders", buildId: "build-3" } });
    player.step({ kind: "task", task: taskOf(h, { previousStarted: 8 }) });
    const seen: unknown[] = [];
    for (const next of [startTimer(1), startTimer(2), startTimer(3)]) {
      const { availableFlags, lastSdkVersion, deploymentVersion } = player.activation;
      seen.push([availableFlags, lastSdkVersion, deploymentVersion?.buildId]);
      player.complete(next);
    }
    expect(seen).toEqual([
      [[1], "1.11.1", "build-1"],
      [[1, 2], "1.11.1", "build-2"],
      [[1, 2], "1.11.1", "build-3"],
    ]);
  });

  test.each([
    [[1], true],
    [[], false],
  ])("with core flags %j in history, replay compares activity ids: %s", (coreUsedFlags, compares) => {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask({ sdkMetadata: { coreUsedFlags } });
    const scheduled = h.activityScheduled("other");
    h.openTask();
    h.taskCompleted();
    h.activityCompleted(scheduled);
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h, { previousStarted: 7 }) });
    expect(player.complete(scheduleActivity(1))[0]).toBe(
      compares ? "respondFailed 24" : "activate resolveActivity 1 completed",
    );
  });
});
