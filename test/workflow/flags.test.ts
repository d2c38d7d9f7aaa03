import { expect, test } from "vitest";
import {
  FlagLedger,
  OTEL_ALL_METHODS,
  OTEL_FEWER_YIELDS,
  OTEL_LOCAL_ACTIVITIES,
  OTEL_SIGNALS,
  SHIELDED_SCOPES,
  SINGLE_BATCH,
  type TaskFacts,
} from "../../src/workflow/runtime/flags.ts";

const live: TaskFacts = { isReplaying: false, buildId: undefined, sdkVersion: "" };
const replay: TaskFacts = { ...live, isReplaying: true };

test("a flag is recorded when it is asked for live, not before", () => {
  const ledger = new FlagLedger();
  expect(ledger.used()).toEqual([]);
  expect(ledger.has(SINGLE_BATCH, live)).toBe(true);
  expect(ledger.has(SHIELDED_SCOPES, live)).toBe(true);
  expect(ledger.used()).toEqual([2, 1]);
  expect(ledger.has(SINGLE_BATCH, replay)).toBe(true);
});

test("in replay a flag is on where history has it", () => {
  const ledger = new FlagLedger();
  expect(ledger.has(SHIELDED_SCOPES, replay)).toBe(false);
  ledger.add([1]);
  expect(ledger.has(SHIELDED_SCOPES, replay)).toBe(true);
  expect(ledger.used()).toEqual([1]);
});

test.each([
  ["@temporalio/worker@1.11.0+abc", true],
  ["@temporalio/worker@1.11.1+abc", true],
  ["@temporalio/worker@1.11.2+abc", false],
  ["my@temporalio/worker@1.11.0+abc", false],
  [undefined, false],
])("flags 1 and 2 in replay of build %s: %s, and not recorded", (buildId, isOn) => {
  const ledger = new FlagLedger();
  expect(ledger.has(SHIELDED_SCOPES, { ...replay, buildId })).toBe(isOn);
  expect(ledger.has(SINGLE_BATCH, { ...replay, buildId })).toBe(isOn);
  expect(ledger.used()).toEqual([]);
});

test.each([
  ["1.11.4", [false, false, false, false]],
  ["1.11.5", [true, false, false, false]],
  ["1.11.6", [true, true, false, false]],
  ["1.12.0", [true, true, false, false]],
  ["1.13.2", [true, true, true, false]],
  ["2.0.0-rc.1", [true, true, true, false]],
  ["0.99.99", [false, false, false, false]],
  ["", [false, false, false, false]],
  ["unknown", [false, false, false, false]],
])("flags 3 to 6 in replay of SDK version '%s'", (sdkVersion, expected) => {
  const flags = [OTEL_SIGNALS, OTEL_LOCAL_ACTIVITIES, OTEL_FEWER_YIELDS, OTEL_ALL_METHODS];
  const ledger = new FlagLedger();
  expect(flags.map((flag) => ledger.has(flag, { ...replay, sdkVersion }))).toEqual(expected);
});

test("an unknown flag is refused", () => {
  expect(() => new FlagLedger().add([2, 7])).toThrow("Unknown SDK flag: 7");
});
