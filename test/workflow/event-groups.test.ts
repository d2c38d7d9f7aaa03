import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Annotated } from "../../src/core/annotations.ts";
import { sha1Hex } from "../../src/workflow/runtime/sha1.ts";
import { commandsOf, failureOf, harness, kindsOf, payload, resultOf } from "./vm-harness.ts";

const source = `
  import { continueAsNew, createEventGroup, createNexusServiceClient, makeContinueAsNewFunc, proxyActivities,
    proxyLocalActivities, sleep, startChild } from "perdure/workflow";
  const { act } = proxyActivities({ startToCloseTimeout: "1s" });
  const local = proxyLocalActivities({ startToCloseTimeout: "1s" });
  const nexus = createNexusServiceClient({ endpoint: "e", service: { name: "s", operations: { op: { name: "op" } } } });
  export async function everywhere() {
    const eventGroups = [createEventGroup("Group", { id: "g" })];
    void sleep("1h", { eventGroups });
    void act.executeWithOptions({ eventGroups }, []);
    void local.act.executeWithOptions({ eventGroups }, []);
    void startChild("child", { eventGroups });
    void nexus.startOperation("op", 1, { eventGroups });
    void sleep("1h");
    await makeContinueAsNewFunc({ eventGroups })();
  }
  export async function kept() {
    try { await makeContinueAsNewFunc({ eventGroups: [createEventGroup("Group", { id: "g" })] })(); } catch (e) {
      return e.eventGroupMarkers.map(({ variant }) => variant.value.id);
    }
  }
  export async function byLabel(label) { await sleep("1h", { eventGroups: [createEventGroup(label)] }); }
  export async function foreign() { await sleep("1h", { eventGroups: [{ withScope: (fn) => fn() }] }); }
`;

const groupsOf = (commands: readonly Annotated[]): unknown[] =>
  commands.map(({ eventGroupMarkers }) =>
    structuredClone(eventGroupMarkers?.map(({ variant }) => variant?.value)),
  );

test("every command that can belong to a group does", async () => {
  const { start } = await harness(source);
  const { first } = start("everywhere", { facts: { registeredActivities: ["act"] } });
  expect(kindsOf(first)).toEqual([
    "startTimer",
    "scheduleActivity",
    "scheduleLocalActivity",
    "startChildWorkflow",
    "scheduleNexusOperation",
    "startTimer",
    "continueAsNew",
  ]);
  const group = [{ id: "g", label: payload("Group") }];
  expect(groupsOf(commandsOf(first))).toEqual([group, group, group, group, group, undefined, group]);
});

test("who catches the end of a run for a new one can read its groups", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("kept").first)).toEqual(["g"]);
});

test("without an id it is derived from the first run and the label", async () => {
  const { start } = await harness(source);
  const run = start("byLabel", { args: ["Ünits"], attributes: { originalExecutionRunId: "first-run-id" } });
  const id = createHash("sha1").update("first-run-idÜnits").digest("hex");
  expect(groupsOf(commandsOf(run.first))).toEqual([[{ id, label: payload("Ünits") }]]);
});

test("what createEventGroup did not make is refused", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("foreign").first).message).toContain("its elements come from createEventGroup");
});

describe("SHA-1", () => {
  test.each([0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000])("of %d characters", (length) => {
    const text = "äx".repeat(length).slice(0, length);
    expect(sha1Hex(text)).toBe(createHash("sha1").update(text).digest("hex"));
  });
});
