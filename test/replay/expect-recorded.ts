import { expect } from "vitest";
import { compareAnswer } from "./compare-answer.ts";
import type { Recorded, RecordedTask } from "./recorded.ts";
import type { Delivered } from "./replay-history.ts";

/** Expects the answer to a task that the worker of the recording gave. */
export function expectRecordedAnswer(delivered: Delivered, history: Recorded, task: RecordedTask): void {
  const { found, recorded } = compareAnswer(delivered, history, task);
  expect(found).toEqual(recorded);
}
