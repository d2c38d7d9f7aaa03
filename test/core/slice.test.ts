import { describe, expect, test } from "vitest";
import { HistoryCursor } from "../../src/core/history/cursor.ts";
import { type Answerers, findSliceEnd, INCOMPLETE } from "../../src/core/history/slice.ts";
import { replayTask } from "../../src/core/replay.ts";
import { HistoryBuilder } from "./history-builder.ts";

const OTHERS = { ownSdkName: "perdure", namesItself: false, lastSdkName: "" };
const OWN = { ...OTHERS, namesItself: true };

/** Builds a history from words: S start, F full task (with the name of the SDK that answered it), T timer started, … */
function historyOf(words: string): HistoryBuilder {
  const h = new HistoryBuilder();
  for (const word of words.split(" ")) {
    const [name = "", argument] = word.split(":");
    const steps: { readonly [name: string]: () => unknown } = {
      S: () => h.started(),
      F: () => h.fullTask(argument === undefined ? {} : { sdkMetadata: { sdkName: argument } }),
      SS: () => h.openTask(),
      FAIL: () => h.taskFailed(),
      TO: () => h.taskTimedOut(),
      T: () => h.timerStarted(1),
      TF: () => h.timerFired(5, 1),
      SIG: () => h.signal("go"),
      M: () => h.add("markerRecorded", { markerName: "core_patch" }),
      A: () => h.activityScheduled("1"),
      AS: () => h.activityStarted(1),
      AC: () => h.add("activityTaskCompleted", { scheduledEventId: 1 }),
      ACC: () =>
        h.add("workflowExecutionUpdateAccepted", { acceptedRequestSequencingEventId: Number(argument) }),
      UPD: () => h.add("workflowExecutionUpdateCompleted", {}),
      X: () => h.completed(),
      TERM: () => h.add("workflowExecutionTerminated", {}),
    };
    const build = steps[name];
    if (build === undefined) throw new Error(`unknown word ${word}`);
    build();
  }
  return h;
}

/** The id ranges of all slices. */
function slicesOf(h: HistoryBuilder, answerers: Answerers = OTHERS): string {
  const events = h.build();
  const cursor = new HistoryCursor(answerers);
  const { nextPageToken, startedEventId } = replayTask(events, "w");
  cursor.load({ events, nextPageToken, startedEventId, cached: false });
  const ranges: string[] = [];
  let after = 0;
  while (cursor.take(after) === "slice") {
    const first = cursor.events[cursor.from]!.eventId;
    const last = cursor.events[cursor.to - 1]!.eventId;
    ranges.push(first === last ? `${first}` : `${first}-${last}`);
    after = Number(last);
  }
  return ranges.join(", ");
}

describe("slices of history", () => {
  test.each([
    ["S F F T F F F F T F SIG F X", "1-6, 7-10, 11-19, 20-23, 24-27, 28-29"],
    ["S F SIG F M A AS AC SS TO SS TO SS", "1-3, 4-7, 8-20"],
    ["S F SIG F SIG F X", "1-3, 4-7, 8-11, 12-13"],
    ["S SS FAIL F ACC:5 T UPD TF F", "1-6, 7-13"],
    ["S F F ACC:5 T UPD TF F", "1-3, 4-6, 7-13"],
    ["S F T TF F X", "1-3, 4-8, 9-10"],
    ["S F T SS FAIL TF F X", "1-3, 4-11, 12-13"],
    ["S F A AS AC F", "1-3, 4-9"],
    ["S SS", "1-3"],
    ["S F T TF SS TERM", "1-3, 4-9"],
    ["S F T", "1-3, 4-5"],
  ])("%s is cut into %s", (words, expected) => {
    expect(slicesOf(historyOf(words))).toBe(expected);
  });

  test("bug class 1: empty tasks are merged, tasks with commands are not", () => {
    expect(slicesOf(historyOf("S F F F F T TF F X"))).toBe("1-12, 13-17, 18-19");
  });

  test.each([
    ["answered by this SDK", "S F:perdure F T TF F X", "1-3, 4-6, 7-11, 12-13"],
    ["answered by another", "S F:other F T TF F X", "1-6, 7-11, 12-13"],
    ["before the first answer of this SDK", "S F:other F F:perdure T TF F X", "1-6, 7-9, 10-14, 15-16"],
    ["before the first answer of another", "S F:perdure F F:other F T TF F X", "1-3, 4-12, 13-17, 18-19"],
    ["failed between them", "S F:perdure SS FAIL SS FAIL F T TF F X", "1-3, 4-12, 13-17, 18-19"],
    [
      "with a signal before it started",
      "S F:perdure SS TO F SIG F T TF F X",
      "1-3, 4-9, 10-13, 14-18, 19-20",
    ],
  ])("an empty task is a slice if the one after it was %s", (_which, words, expected) => {
    expect(slicesOf(historyOf(words))).toBe(expected);
  });

  test("an empty task before the open one is a slice if the answer will say which SDK gave it", () => {
    expect(slicesOf(historyOf("S F SS"), OWN)).toBe("1-3, 4-6");
    expect(slicesOf(historyOf("S F SS TO SS"), OWN)).toBe("1-3, 4-9");
    expect(slicesOf(historyOf("S F SS"), OTHERS)).toBe("1-6");
  });

  test("the name before the events at hand counts until there is another", () => {
    const own = { ...OTHERS, lastSdkName: "perdure" };
    expect(slicesOf(historyOf("S F F F:other F T TF F X"), own)).toBe("1-3, 4-12, 13-17, 18-19");
  });

  test("a page that ends before the next answer decides nothing about an empty task", () => {
    const events = historyOf("S F:perdure SS FAIL F X").build();
    const endOf = (count: number, haveLast = false): number =>
      findSliceEnd({ events: events.slice(0, count), from: 0, haveLast, answerers: OWN, namedFrom: 0 });
    for (let count = 3; count < 10; count++) expect(endOf(count)).toBe(count === 3 ? INCOMPLETE : endOf(4));
    expect(endOf(4)).toBe(INCOMPLETE);
    expect(endOf(10)).toBe(2);
    expect(endOf(6, true)).toBe(2);
  });

  test("bug class 3: signals before a timed-out attempt belong to the next slice that counts", () => {
    expect(slicesOf(historyOf("S F T SIG SS TO SIG SS TO SS"))).toBe("1-3, 4-15");
  });

  test("bug class 6: an update ordered before a failed task does not cut there", () => {
    expect(slicesOf(historyOf("S SS FAIL F ACC:5 T UPD TF F"))).toBe("1-6, 7-13");
  });

  test("bug class 7: a lone completed task at the end is nothing", () => {
    expect(slicesOf(historyOf("S F T TF F"))).toBe("1-3, 4-8");
  });

  test("a page that ends on a started or completed task decides nothing", () => {
    const events = historyOf("S F T TF F X").build();
    const endOf = (count: number, haveLast: boolean): number =>
      findSliceEnd({ events: events.slice(0, count), from: 0, haveLast, answerers: OTHERS, namedFrom: 0 });
    expect(endOf(3, false)).toBe(INCOMPLETE);
    expect(endOf(4, false)).toBe(INCOMPLETE);
    expect(endOf(5, false)).toBe(2);
    expect(endOf(3, true)).toBe(2);
    expect(endOf(4, true)).toBe(2);
  });
});
