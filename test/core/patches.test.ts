import { describe, expect, test } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import type { Activation } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import type { AttributesOf } from "../../src/core/history/event-kinds.ts";
import { modifyWorkflowProperties } from "../../src/core/machines/modify-workflow-properties.ts";
import { patch } from "../../src/core/machines/patch.ts";
import { upsertSearchAttributes } from "../../src/core/machines/upsert-search-attributes.ts";
import { type ReplayOutcome, replayHistory } from "../../src/core/replay.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { Transitions } from "./played-run.ts";
import { complete, continueAsNew, jobText, ok, options, Player, scheduleActivity } from "./player.ts";

const transitions = new Transitions();

const text = new TextDecoder();
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const json = (value: unknown) => ({
  metadata: { encoding: bytes("json/plain") },
  data: bytes(JSON.stringify(value)),
});

const patched = (patchId: string, deprecated = false): WorkflowCommand => ({
  kind: "setPatchMarker",
  patchId,
  deprecated,
});

/** A history whose first task is complete; what follows are its commands. */
class Patched extends HistoryBuilder {
  constructor(coreUsedFlags: number[] = [1, 2, 3]) {
    super();
    this.started();
    this.fullTask({ sdkMetadata: { coreUsedFlags } });
  }

  marker(id: string, deprecated = false): this {
    return this.rawMarker({ "patch-data": { payloads: [json({ id, deprecated })] } });
  }

  rawMarker(details: NonNullable<Init<AttributesOf<"markerRecorded">>["details"]>): this {
    this.add("markerRecorded", { markerName: "core_patch", details });
    return this;
  }

  upsert(...ids: string[]): this {
    const indexedFields = { TemporalChangeVersion: json(ids) };
    this.add("upsertWorkflowSearchAttributes", { searchAttributes: { indexedFields } });
    return this;
  }

  activity(): this {
    this.activityScheduled("1");
    return this;
  }
}

function replay(
  h: HistoryBuilder,
  ...script: (readonly WorkflowCommand[])[]
): { outcome: ReplayOutcome; activations: Activation[] } {
  const activations: Activation[] = [];
  const outcome = replayHistory({
    events: h.build(),
    workflowId: "order-1",
    options: { ...options, onTransition: transitions.note },
    complete: (activation) => {
      activations.push(activation);
      return ok(...(script[activations.length - 1] ?? []));
    },
  });
  return { outcome, activations };
}

const jobsOf = ({ activations }: { activations: Activation[] }): string[] =>
  activations.map(({ jobs }) => jobs.map(jobText).join(", "));

/** The first task of a run, live: its answer's commands in words. */
function live(
  commands: readonly WorkflowCommand[],
  more: ConstructorParameters<typeof Player>[0] = {},
): Player {
  const h = new HistoryBuilder();
  h.started({ searchAttributes: { indexedFields: { Stage: json("new") } } });
  h.openTask();
  const player = new Player({ onTransition: transitions.note, ...more });
  player.step({ kind: "task", task: taskOf(h) });
  player.complete(...commands);
  return player;
}

const sent = (player: Player) => player.effect("respond").answer.commands ?? [];

const changeVersions = (player: Player): unknown[] =>
  sent(player).flatMap(({ attributes }) => {
    if (attributes?.case !== "upsertWorkflowSearchAttributesCommandAttributes") return [];
    const payload = attributes.value.searchAttributes?.indexedFields?.["TemporalChangeVersion"];
    return [payload === undefined ? undefined : JSON.parse(text.decode(payload.data))];
  });

describe("history against code", () => {
  const none: WorkflowCommand[] = [];
  test.each<[string, string, "nothing" | "marker" | "deprecated", WorkflowCommand[], string]>([
    ["marker", "no call", "marker", none, "nondeterminism"],
    ["deprecated marker", "no call", "deprecated", none, "replayed"],
    ["marker", "patched", "marker", [patched("p")], "replayed"],
    ["deprecated marker", "patched", "deprecated", [patched("p")], "replayed"],
    ["no marker", "patched", "nothing", [patched("p")], "replayed"],
    ["marker", "deprecatePatch", "marker", [patched("p", true)], "replayed"],
    ["deprecated marker", "deprecatePatch", "deprecated", [patched("p", true)], "replayed"],
    ["no marker", "deprecatePatch", "nothing", [patched("p", true)], "replayed"],
    ["no marker", "no call", "nothing", none, "replayed"],
  ])("%s, %s", (_history, _code, marker, calls, expected) => {
    for (const withUpsert of [true, false]) {
      const h = new Patched(withUpsert ? [1, 2, 3] : [1]);
      if (marker !== "nothing") h.marker("p", marker === "deprecated");
      if (marker !== "nothing" && withUpsert) h.upsert("p");
      h.activity();
      const replayed = replay(h, [...calls, scheduleActivity(1)]);
      expect(replayed.outcome.kind === "failed" ? replayed.outcome.reason : "replayed").toBe(expected);
      const notice = marker === "nothing" ? "initializeWorkflow" : "initializeWorkflow, notifyHasPatch p";
      expect(jobsOf(replayed)).toEqual([notice]);
    }
  });

  test("a marker without a call says which patch it is and what to do", () => {
    const { outcome } = replay(new Patched().marker("p").upsert("p").activity(), [scheduleActivity(1)]);
    expect(outcome).toMatchObject({
      failure: {
        message: expect.stringMatching(/change p, but there is no.*event 5.*keep `patched\("p"\)`/),
      },
    });
  });

  test("two patches in another order than in history do not match", () => {
    const h = new Patched([1]).marker("a").marker("b");
    const { outcome } = replay(h, [patched("b"), patched("a")]);
    expect(outcome).toMatchObject({
      reason: "nondeterminism",
      failure: { message: expect.stringContaining("Change id a does not match expected id b") },
    });
  });

  test("bug class 25: a call without marker next to another patch's marker drops only itself", () => {
    // `removed` is deprecated in history and gone from the code; `kept` is in both.
    const h = new Patched()
      .marker("removed", true)
      .upsert("removed")
      .marker("kept")
      .upsert("kept", "removed");
    expect(replay(h.activity(), [patched("kept"), scheduleActivity(1)]).outcome.kind).toBe("replayed");
    // `later` was added to the code after this history.
    const added = new Patched([1]).activity();
    expect(replay(added, [patched("later"), scheduleActivity(1), patched("last")]).outcome.kind).toBe(
      "replayed",
    );
  });

  test("the upsert of a removed patch is skipped, an upsert by the workflow is not", () => {
    const h = new Patched().marker("p", true);
    h.add("upsertWorkflowSearchAttributes", {
      searchAttributes: { indexedFields: { Stage: json("packed") } },
    });
    const upsert: WorkflowCommand = { kind: "upsertSearchAttributes", fields: { Stage: json("packed") } };
    expect(replay(h, [upsert]).outcome.kind).toBe("replayed");
    expect(replay(h, []).outcome).toMatchObject({ reason: "nondeterminism" });
  });

  test("the oldest marker format is read", () => {
    const h = new Patched([]);
    h.rawMarker({
      patch_id: { payloads: [{ data: bytes("old") }] },
      deprecated: { payloads: [{ data: Uint8Array.of(0) }] },
    });
    h.rawMarker({
      patch_id: { payloads: [{ data: bytes("gone") }] },
      deprecated: { payloads: [{ data: Uint8Array.of(1) }] },
    });
    const replayed = replay(h.activity(), [patched("old"), scheduleActivity(1)]);
    expect(replayed.outcome.kind).toBe("replayed");
    expect(jobsOf(replayed)).toEqual(["initializeWorkflow, notifyHasPatch old, notifyHasPatch gone"]);
  });

  test.each<[string, Parameters<Patched["rawMarker"]>[0]]>([
    ["no JSON", { "patch-data": { payloads: [{ data: bytes("{") }] } }],
    ["no object", { "patch-data": { payloads: [json(7)] } }],
    ["no id", { "patch-data": { payloads: [json({ deprecated: true })] } }],
    ["no UTF-8", { patch_id: { payloads: [{ data: Uint8Array.of(255) }] } }],
    ["nothing", {}],
  ])("a patch marker that holds %s is no patch", (_, details) => {
    const { outcome } = replay(new Patched().rawMarker(details), []);
    expect(outcome).toMatchObject({ reason: "nondeterminism" });
  });
});

describe("live", () => {
  test("a patch is a marker and an upsert, once for each id; later upserts list all ids, sorted by bytes", () => {
    const astral = "\u{1f600}";
    const player = live([patched("b"), patched("b"), patched(astral), patched("\uff5e", true), patched("a")]);
    expect(sent(player).map(({ attributes }) => attributes?.case)).toEqual(
      [1, 2, 3, 4].flatMap(() => [
        "recordMarkerCommandAttributes",
        "upsertWorkflowSearchAttributesCommandAttributes",
      ]),
    );
    expect(sent(player)[0]?.attributes?.value).toEqual({
      markerName: "core_patch",
      details: { "patch-data": { payloads: [json({ id: "b", deprecated: false })] } },
    });
    expect(changeVersions(player)).toEqual([
      ["b"],
      ["b", astral],
      ["b", "\uff5e", astral],
      ["a", "b", "\uff5e", astral],
    ]);
    const upsert = sent(player)[1]?.attributes;
    expect(upsert).toMatchObject({
      value: {
        searchAttributes: {
          indexedFields: { TemporalChangeVersion: { metadata: { type: bytes("KeywordList") } } },
        },
      },
    });
  });

  test("a value of 2048 bytes or more is not upserted", () => {
    const brackets = '[""]'.length;
    expect(changeVersions(live([patched("x".repeat(2047 - brackets))]))).toHaveLength(1);
    const tooLong = live([patched("x".repeat(2048 - brackets)), patched("b")]);
    expect(sent(tooLong)).toHaveLength(2);
    expect(changeVersions(tooLong)).toEqual([]);
  });

  test("without SDK metadata there is no upsert", () => {
    expect(sent(live([patched("a")], { serverSupportsSdkMetadata: false }))).toHaveLength(1);
  });

  test("the attribute of patches is not the workflow's: setting it becomes an empty upsert", () => {
    const fields = { TemporalChangeVersion: json(["mine"]), Stage: json("packed") };
    const player = live([{ kind: "upsertSearchAttributes", fields }]);
    expect(sent(player)[0]?.attributes).toEqual({
      case: "upsertWorkflowSearchAttributesCommandAttributes",
      value: { searchAttributes: { indexedFields: {} } },
    });
    const before = live([{ kind: "upsertSearchAttributes", fields }], { serverSupportsSdkMetadata: false });
    expect(sent(before)[0]?.attributes).toMatchObject({
      value: { searchAttributes: { indexedFields: fields } },
    });
  });

  test("continue-as-new keeps search attributes as they are now, without those of patches", () => {
    const fields = { Stage: json("packed"), Region: json("eu") };
    const player = live([patched("p"), { kind: "upsertSearchAttributes", fields }, continueAsNew]);
    expect(sent(player).at(-1)?.attributes).toMatchObject({
      case: "continueAsNewWorkflowExecutionCommandAttributes",
      value: { searchAttributes: { indexedFields: fields } },
    });
  });
});

describe("upserts", () => {
  const memo: WorkflowCommand = { kind: "modifyWorkflowProperties", memo: { note: json("fragile") } };
  const attributes: WorkflowCommand = { kind: "upsertSearchAttributes", fields: { Stage: json("packed") } };

  test("are commands in order, and match events whatever these hold", () => {
    expect(sent(live([memo, attributes])).map(({ attributes: a }) => a)).toEqual([
      {
        case: "modifyWorkflowPropertiesCommandAttributes",
        value: { upsertedMemo: { fields: { note: json("fragile") } } },
      },
      {
        case: "upsertWorkflowSearchAttributesCommandAttributes",
        value: { searchAttributes: { indexedFields: { Stage: json("packed") } } },
      },
    ]);
    const h = new Patched();
    h.add("workflowPropertiesModified", {});
    h.add("upsertWorkflowSearchAttributes", {});
    expect(replay(h, [memo, attributes]).outcome.kind).toBe("replayed");
    expect(replay(h, [attributes, memo]).outcome).toMatchObject({
      failure: { message: expect.stringContaining("upsertSearchAttributes ('Stage')") },
    });
    h.fullTask();
    h.completed();
    expect(replay(h, [memo, attributes, complete]).outcome.kind).toBe("replayed");
  });
});

test("every transition of these tables was taken above", () => {
  const { all, untaken } = transitions.of(patch, upsertSearchAttributes, modifyWorkflowProperties);
  expect(all).toHaveLength(6);
  expect(untaken).toEqual([]);
});
