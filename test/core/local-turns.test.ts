import { describe, expect, test } from "vitest";
import { taskOf } from "./history-builder.ts";
import { call, cancel, marked, marker, replayed, running, Scenario } from "./local-scenario.ts";
import { complete, Player, startTimer } from "./player.ts";

describe("which markers stand apart", () => {
  test("of two that ran side by side the later one is marked if it ended in an activation of its own", () => {
    const both = (): Scenario => {
      const s = new Scenario();
      s.task();
      s.complete(call(1), call(2));
      return s;
    };
    const apart = both();
    apart.results({ seq: 1 });
    apart.complete();
    apart.results({ seq: 2 });
    apart.complete(complete);
    expect(marked(apart)).toEqual([false, true]);

    const together = both();
    together.results({ seq: 1 }, { seq: 2 });
    together.complete(complete);
    expect(marked(together)).toEqual([false, false]);

    const commandBetween = both();
    commandBetween.results({ seq: 1 });
    commandBetween.complete(startTimer(1));
    commandBetween.results({ seq: 2 });
    commandBetween.complete(complete);
    // What lies between may be taken back in the same task, so it does not count.
    expect(marked(commandBetween)).toEqual([false, true]);

    const chain = new Scenario();
    chain.task();
    chain.complete(call(1));
    chain.results({ seq: 1 });
    chain.complete(call(2));
    chain.results({ seq: 2 });
    chain.complete(complete);
    expect(marked(chain)).toEqual([false, false]);
  });

  test("one that ends after the first activation of a later task is marked, one that ends with it is not", () => {
    const later = (): Scenario => {
      const s = running();
      s.heartbeat();
      s.h.taskCompleted();
      s.h.timerStarted(1);
      s.h.signal("go");
      return s;
    };
    const after = later();
    expect(after.task()).toEqual(["activate signalWorkflow go"]);
    after.complete();
    expect(after.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);
    after.complete(complete);
    expect(marked(after)).toEqual([true]);

    const together = later();
    together.results({ seq: 1 });
    expect(together.task()).toEqual(["activate signalWorkflow go, resolveLocalActivity 1 completed"]);
    together.complete(complete);
    expect(marked(together)).toEqual([false]);
  });

  test("one that ends while the task before is being answered is not marked, though others ended in that", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2));
    s.results({ seq: 1 });
    s.complete();
    expect(s.heartbeat()).toEqual(["respond recordMarker"]);
    s.results({ seq: 2 });
    s.h.taskCompleted();
    s.h.add("markerRecorded", marker(1));
    s.h.signal("go");
    expect(s.task()).toEqual(["activate signalWorkflow go, resolveLocalActivity 2 completed"]);
    s.complete(complete);
    expect(marked(s)).toEqual([false]);
  });
});

describe("replayed as it went", () => {
  test("cancelled, waiting for the end: it keeps its turn", () => {
    const waits = call(1, { cancellationType: "WAIT_CANCELLATION_COMPLETED" });
    const live = new Scenario();
    live.task();
    live.complete(waits, call(2), call(3));
    live.results({ seq: 2 });
    expect(live.complete(cancel(1))).toEqual(["localActivities stop 1", "awaitLocals 10000"]);
    expect(live.results({ seq: 3 })).toEqual(["activate resolveLocalActivity 3 completed"]);
    live.complete();
    expect(live.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);

    const { seen } = replayed(
      [marker(2), marker(3, { apart: true }), marker(1, { apart: true })],
      [waits, call(2), call(3)],
      [cancel(1)],
      [],
      [],
    );
    expect(seen.slice(1)).toEqual([
      ["activate resolveLocalActivity 2 completed"],
      ["activate resolveLocalActivity 3 completed"],
      ["activate resolveLocalActivity 1 completed"],
      ["activate signalWorkflow go"],
    ]);
  });

  test("cancelled before the worker changed, and not ended: it does not start anew", () => {
    const s = new Scenario();
    s.h.openTask();
    s.h.taskCompleted();
    s.h.signal("stop");
    s.h.openTask();
    s.h.taskCompleted();
    s.h.signal("go");
    s.h.openTask();
    const player = new Player();
    expect(player.step({ kind: "task", task: taskOf(s.h, { previousStarted: 7 }) })).toEqual([
      "activate initializeWorkflow",
    ]);
    player.complete(call(1, { cancellationType: "WAIT_CANCELLATION_COMPLETED" }));
    expect(player.complete(cancel(1))).toEqual([
      "activate signalWorkflow go, resolveLocalActivity 1 cancelled",
    ]);
    expect(player.complete(complete)).toEqual(["respond recordMarker, completeWorkflowExecution"]);
  });
});
