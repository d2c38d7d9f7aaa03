import { expect, test } from "vitest";
import { DelayedVisibility } from "../../../src/server/visibility/delayed-visibility.ts";
import type { VisibilityRow, VisibilitySink } from "../../../src/server/visibility/visibility.ts";
import { StillWall } from "../harness/own-server.ts";

class Log implements VisibilitySink {
  readonly entries: string[] = [];

  put({ runId }: VisibilityRow): void {
    this.entries.push(`put ${runId}`);
  }

  remove(_namespace: string, runId: string): void {
    this.entries.push(`remove ${runId}`);
  }
}

function row(runId: string): VisibilityRow {
  // The sink of this test reads nothing else.
  return { runId } as VisibilityRow;
}

test("without a delay a change arrives at once", () => {
  const log = new Log();
  new DelayedVisibility(log, new StillWall(), 0).put(row("a"));
  expect(log.entries).toEqual(["put a"]);
});

test("changes arrive after the delay, in the order in which they were made", () => {
  const log = new Log();
  const wall = new StillWall();
  const visibility = new DelayedVisibility(log, wall, 100);
  visibility.put(row("a"));
  wall.advance(50);
  visibility.remove("n", "a");
  wall.advance(49);
  expect(log.entries).toEqual([]);
  wall.advance(1);
  expect(log.entries).toEqual(["put a"]);
  wall.advance(50);
  expect(log.entries).toEqual(["put a", "remove a"]);
});

test("a shorter delay does not let a change overtake those before it", () => {
  const log = new Log();
  const wall = new StillWall();
  const visibility = new DelayedVisibility(log, wall, 100);
  visibility.put(row("a"));
  visibility.delayMs = 0;
  visibility.put(row("b"));
  wall.advance(99);
  expect(log.entries).toEqual([]);
  wall.advance(1);
  expect(log.entries).toEqual(["put a", "put b"]);
});

test("a flush applies all that waits", () => {
  const log = new Log();
  const wall = new StillWall();
  const visibility = new DelayedVisibility(log, wall, 100);
  visibility.put(row("a"));
  visibility.flush();
  expect(log.entries).toEqual(["put a"]);
  wall.advance(1_000);
  expect(log.entries).toEqual(["put a"]);
});
