import { describe, expect, test } from "vitest";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import { WorkflowTaskFailedCause } from "../../src/gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { changed, ofType, swapped, without, withTimerBefore } from "./altered.ts";
import { type Recorded, recorded, subjects, workflowTasks } from "./recorded.ts";
import { fullTask, ReplayedRun, type ReplayedRunOptions, replayHistory } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");
const PREFIX = "[TMPRL1100] Nondeterminism error: ";

/** Replays and gives what the error says, without what all such errors begin with. */
async function complaint(history: Recorded): Promise<string> {
  const { answer, evicted } = await replayHistory(code, history);
  if (answer.kind !== "failed") throw new Error(`'${history.subject}' replayed: ${answer.kind}`);
  const message = answer.failure.message ?? "";
  expect({ cause: answer.cause, evicted, prefix: message.slice(0, PREFIX.length) }).toEqual({
    cause: WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR,
    evicted: "nondeterminism",
    prefix: PREFIX,
  });
  return message.slice(PREFIX.length);
}

/** A timer's machine knows all events of timers: one that comes at the wrong time is not nondeterminism by the letter. */
async function fatalComplaint(history: Recorded): Promise<string> {
  const { answer, evicted } = await replayHistory(code, history);
  if (answer.kind !== "failed") throw new Error(`'${history.subject}' replayed: ${answer.kind}`);
  expect({ cause: answer.cause, evicted }).toEqual({
    cause: WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE,
    evicted: "fatal",
  });
  return answer.failure.message ?? "";
}

/** The answers to updates. */
const UPDATE_EVENTS: ReadonlySet<EventType> = new Set([
  EventType.WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  EventType.WORKFLOW_EXECUTION_UPDATE_COMPLETED,
]);

const TIMER_EVENTS: ReadonlySet<EventType> = new Set([EventType.TIMER_STARTED, EventType.TIMER_CANCELED]);

interface Place {
  readonly history: Recorded;
  readonly subject: string;
  readonly id: number;
}

/** Every event of the type, in all histories. */
function everywhere(type: EventType): readonly Place[] {
  return subjects.flatMap((subject) => {
    const history = recorded(subject);
    return history.events
      .filter(({ eventType }) => eventType === type)
      .map(({ eventId }) => ({ history, subject, id: Number(eventId) }));
  });
}

describe("history has another activity than the code", () => {
  const places = everywhere(EventType.ACTIVITY_TASK_SCHEDULED);

  test.each(places)("$subject, event $id: another type", async ({ history, id }) => {
    let type = "";
    const altered = changed(history, id, ({ attributes }) => {
      if (attributes.case !== "activityTaskScheduledEventAttributes") return;
      type = attributes.value.activityType?.name ?? "";
      attributes.value.activityType = { name: "somethingElse" };
    });
    const message = await complaint(altered);
    expect(message).toContain(
      `Activity type of scheduled event 'somethingElse' does not match activity type of activity command '${type}'`,
    );
    expect(message).toContain(`event ${id}, ActivityTaskScheduled (activity type 'somethingElse'`);
    expect(message).toContain(`scheduleActivity (seq`);
  });

  test.each(places)("$subject, event $id: another id", async ({ history, id }) => {
    const altered = changed(history, id, ({ attributes }) => {
      if (attributes.case === "activityTaskScheduledEventAttributes") attributes.value.activityId = "other";
    });
    const message = await complaint(altered);
    expect(message).toMatch(
      /^Activity id of scheduled event 'other' does not match activity id of activity command/,
    );
    expect(message).toContain(`event ${id}, ActivityTaskScheduled`);
  });
});

describe("history has another timer than the code", () => {
  test.each(everywhere(EventType.TIMER_FIRED))(
    "$subject, event $id: another id fired",
    async ({ history, id }) => {
      const altered = changed(history, id, ({ attributes }) => {
        if (attributes.case === "timerFiredEventAttributes") attributes.value.timerId = "99";
      });
      const message = await complaint(altered);
      expect(message).toContain("Timer fired event did not have expected timer id");
      expect(message).toContain(`event ${id}, TimerFired (timer id '99')`);
      expect(message).toMatch(/startTimer \(.*seq \d+/);
    },
  );
});

describe("history has commands in another order than the code", () => {
  /**
   * Neighbours of one task whose order shows: they differ in type, or are activities. Patch markers are left out: they have
   * matching rules and words of their own, tested with the patches.
   */
  const pairs = subjects.flatMap((subject) => {
    const history = recorded(subject);
    return workflowTasks(history.events).flatMap(({ commandEvents }) =>
      commandEvents.slice(1).flatMap((second, index) => {
        const first = commandEvents[index]!;
        const shows =
          first.eventType !== second.eventType || first.eventType === EventType.ACTIVITY_TASK_SCHEDULED;
        const marker = [first, second].some(({ eventType }) => eventType === EventType.MARKER_RECORDED);
        const ids = { first: Number(first.eventId), second: Number(second.eventId) };
        const timers = TIMER_EVENTS.has(first.eventType) && TIMER_EVENTS.has(second.eventType);
        const updates = UPDATE_EVENTS.has(first.eventType) && UPDATE_EVENTS.has(second.eventType);
        return shows && !marker ? [{ subject, history, ...ids, timers, updates }] : [];
      }),
    );
  });

  test.each(pairs.filter(({ timers, updates }) => !timers && !updates))(
    "$subject: events $first and $second",
    async ({ history, first, second }) => {
      const message = await complaint(swapped(history, first, second));
      expect(message).toContain(`History has event ${first}, `);
      // An update that history accepts after the end of the run never reaches the code.
      expect(message).toMatch(/the next command of the workflow code is \w+|made no further command/);
    },
  );

  test.each(pairs.filter(({ updates }) => updates))(
    "bug class 17: $subject: events $first and $second, both of updates",
    async ({ history, first, second }) => {
      const message = await fatalComplaint(swapped(history, first, second));
      expect(message).toContain(`history has event ${first}, WorkflowExecutionUpdate`);
      expect(message).toContain("for the answer to update '");
    },
  );

  test.each(pairs.filter(({ timers }) => timers))(
    "bug class 17: $subject: events $first and $second, both of timers",
    async ({ history, first, second }) => {
      const message = await fatalComplaint(swapped(history, first, second));
      expect(message).toContain(`history has event ${first}, Timer`);
      expect(message).toMatch(/for startTimer \(/);
    },
  );
});

describe("code and history differ in one command", () => {
  /** The code takes the activity back before anything else is compared: then it might never have been there. */
  const takenBack = ["cancel-everything-open", "cancel-in-activity", "scope-timeout-reached"];
  /** Without the activity the code does not come to the local one whose marker follows: that is what is seen first. */
  const beforeMarkers: readonly [string, number][] = [
    ["async-local-storage", 22],
    ["async-local-storage", 33],
    ["local-then-others", 22],
    ["metadata-everywhere", 11],
    ["type-info-1", 14],
  ];
  const activities = everywhere(EventType.ACTIVITY_TASK_SCHEDULED);
  const beforeMarker = ({ subject, id }: (typeof activities)[number]): boolean =>
    beforeMarkers.some(([name, event]) => name === subject && event === id);

  test.each(activities.filter(beforeMarker))(
    "$subject: the code lacks the local activity after a missing activity (event $id)",
    async ({ history, id }) => {
      expect(await complaint(without(history, id))).toContain("Missing associated machine for the marker");
    },
  );

  test.each(activities.filter((one) => !takenBack.includes(one.subject) && !beforeMarker(one)))(
    "$subject: the code has an activity that history lacks (event $id)",
    async ({ history, id }) => {
      const message = await complaint(without(history, id));
      expect(message).toMatch(/History has event \d+, \w+/);
      // The activity stands where history has a patch marker: then the marker is what is named.
      expect(message).toMatch(
        /scheduleActivity \(seq \d+, activity type '\w+'|no corresponding change command/,
      );
    },
  );

  test.each(activities.filter(({ subject }) => takenBack.includes(subject)))(
    "bug class 19: $subject: an activity that the code cancels may be missing (event $id)",
    async ({ history, id }) => {
      expect((await replayHistory(code, without(history, id))).answer.kind).toBe("dropped");
    },
  );

  const timers = everywhere(EventType.TIMER_STARTED);
  const beforeCancel = (place: Place): boolean => place.subject === "timer-global" && place.id === 13;

  test.each(timers.filter((place) => !beforeCancel(place)))(
    "$subject: history has a timer that the code lacks (before event $id)",
    async ({ history, id }) => {
      expect(await complaint(withTimerBefore(history, id))).toMatch(/[Hh]istory has event \d+, Timer/);
    },
  );

  test.each(timers.filter(beforeCancel))(
    "bug class 17: $subject: history has a timer that the code lacks (before event $id)",
    async ({ history, id }) => {
      expect(await fatalComplaint(withTimerBefore(history, id))).toMatch(/history has event \d+, Timer/);
    },
  );

  test.each(everywhere(EventType.WORKFLOW_EXECUTION_COMPLETED))(
    "$subject: the code ends where history goes on (event $id)",
    async ({ history, id }) => {
      const message = await complaint(withTimerBefore(history, id));
      expect(message).toContain(`HistoryEvent(id: ${id}, TimerStarted)`);
      expect(message).toContain(
        `History has event ${id}, TimerStarted (timer id '77') here, but the next command of the workflow code is completeWorkflow`,
      );
    },
  );
});

describe("the code is another workflow", () => {
  test("history has a timer, the code an activity", async () => {
    const message = await complaint(ofType(recorded("timer-sleep"), "oneActivity"));
    expect(message).toBe(
      "Activity machine does not handle this event: HistoryEvent(id: 5, TimerStarted). History has event 5, TimerStarted " +
        "(timer id '1') here, but the next command of the workflow code is scheduleActivity (seq 1, activity type 'greet', " +
        "activity id '1')",
    );
  });

  test("history has an activity, the code waits", async () => {
    const message = await complaint(ofType(recorded("activity-one"), "oneSignal"));
    expect(message).toBe(
      "No command scheduled for event HistoryEvent(id: 5, ActivityTaskScheduled). History has event 5, " +
        "ActivityTaskScheduled (activity type 'greet', activity id '1') here, but the workflow code made no further command",
    );
  });
});

describe("what becomes of the task", () => {
  const history = ofType(recorded("timer-sleep"), "oneActivity");
  const [, task] = workflowTasks(history.events);

  async function answerTo(attempt: number, options: ReplayedRunOptions = {}): Promise<unknown> {
    const run = new ReplayedRun(code, history, options);
    return (await run.deliver({ ...fullTask(history, task!), attempt })).answer;
  }

  test("it fails, and only the first attempt says so", async () => {
    expect(await answerTo(1)).toMatchObject({ kind: "failed" });
    expect(await answerTo(2)).toMatchObject({ kind: "dropped" });
  });

  test("with nondeterminism as a failure of the workflow, the workflow fails", async () => {
    const answer = await answerTo(1, { nondeterminismFailsWorkflow: true });
    const failure = { message: expect.stringContaining(PREFIX) };
    expect(answer).toMatchObject({
      kind: "completed",
      request: {
        commands: [{ attributes: { case: "failWorkflowExecutionCommandAttributes", value: { failure } } }],
      },
    });
  });
});
