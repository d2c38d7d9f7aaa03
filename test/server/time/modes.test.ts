import { describe, expect, test } from "vitest";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { openEmbedded } from "../harness/embedded.ts";
import { answerTo, failed, schedule } from "../scenarios/activity-steps.ts";
import { completing } from "../scenarios/chain-steps.ts";
import { command, Stage, seconds } from "../scenarios/stage.ts";

const HOUR_S = 3_600;
const DAY_S = 86_400;
/** Events of one run are never of the same moment: what they set stands a little apart too. */
const LITTLE_MS = 1;
const START_MS = Date.UTC(2026, 0, 1);

type Mode = "wall clock" | "skipping for all alike" | "skipping by tree";

/** A server in one of its ways to go through time, with a machine whose clock stands still. */
interface Era {
  readonly stage: Stage;
  /** Lets so much time pass, or, where it skips by itself, everything happen that can. */
  pass(spanS: number): Promise<void>;
  /** Seconds from the beginning at which the events of a run happened, each once: `0 1WorkflowExecutionStarted …`. */
  times(execution?: { readonly workflowId: string; readonly runId?: string }): Promise<readonly string[]>;
  close(): Promise<void>;
}

async function open(mode: Mode): Promise<Era> {
  const wall = new ManualWall(START_MS);
  const server = await openEmbedded({ timeSkipping: mode !== "wall clock" }, { wall });
  const connection = Connection.lazy({ transport: server.port, interceptors: [] });
  const stage = new Stage(connection, server.namespace);
  const turn = async (): Promise<void> => {
    for (let left = 40; left > 0; left -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
      wall.turn();
    }
  };
  if (mode === "skipping by tree") await connection.testService.unlockTimeSkipping({});
  return {
    stage,
    pass: async (spanS) => {
      await turn();
      if (mode === "wall clock") wall.advance(spanS * 1_000 + LITTLE_MS);
      if (mode === "skipping for all alike") {
        const slept = connection.testService.unlockTimeSkippingWithSleep({
          duration: seconds(spanS + LITTLE_MS / 1_000),
        });
        await turn();
        // A task that has come up meanwhile holds the rest of the sleep to the machine's time.
        let over = false;
        void slept.then(() => {
          over = true;
        });
        for (; !over; await turn()) wall.advance(10 * LITTLE_MS);
      }
      await turn();
    },
    times: async (execution = stage.execution) => {
      const events = await stage.events(execution);
      return events.map(({ eventTime, attributes }) => {
        const afterS = Number(eventTime?.seconds ?? 0) - START_MS / 1_000;
        return `${afterS} ${attributes.case?.slice(0, -"EventAttributes".length)}`;
      });
    },
    close: async () => {
      await connection.close();
      await server.close();
    },
  };
}

interface Life {
  readonly name: string;
  readonly live: (era: Era) => Promise<readonly string[]>;
  readonly times: readonly string[];
}

const begun = ["0 workflowExecutionStarted", "0 workflowTaskScheduled"];
const decided = [...begun, "0 workflowTaskStarted", "0 workflowTaskCompleted"];

function finished(atS: number): readonly string[] {
  return [
    "workflowTaskScheduled",
    "workflowTaskStarted",
    "workflowTaskCompleted",
    "workflowExecutionCompleted",
  ].map((name) => `${atS} ${name}`);
}

const LIVES: readonly Life[] = [
  {
    name: "a timer of a day",
    live: async ({ stage, pass, times }) => {
      await stage.start();
      await stage.decide(command("startTimer", { timerId: "t", startToFireTimeout: seconds(DAY_S) }));
      await pass(DAY_S);
      await stage.finish();
      return await times();
    },
    times: [...decided, "0 timerStarted", `${DAY_S} timerFired`, ...finished(DAY_S)],
  },
  {
    name: "two timers, the longer one first",
    live: async ({ stage, pass, times }) => {
      const timer = (timerId: string, hours: number): ReturnType<typeof command> =>
        command("startTimer", { timerId, startToFireTimeout: seconds(hours * HOUR_S) });
      await stage.start();
      await stage.decide(timer("long", 5), timer("short", 2));
      await pass(2 * HOUR_S);
      await stage.decide();
      await pass(3 * HOUR_S);
      await stage.finish();
      return await times();
    },
    times: [
      ...decided,
      "0 timerStarted",
      "0 timerStarted",
      `${2 * HOUR_S} timerFired`,
      ...finished(2 * HOUR_S).slice(0, 3),
      `${5 * HOUR_S} timerFired`,
      ...finished(5 * HOUR_S),
    ],
  },
  {
    name: "an activity that is tried again after an hour",
    live: async ({ stage, pass, times }) => {
      await stage.start();
      await stage.decide(
        schedule(stage, {
          startToCloseTimeout: seconds(DAY_S),
          retryPolicy: { initialInterval: seconds(HOUR_S), backoffCoefficient: 1, maximumAttempts: 2 },
        }),
      );
      const failure = failed("not yet");
      await stage.service.respondActivityTaskFailed({
        ...answerTo(stage, await stage.pollActivity()),
        failure,
      });
      await pass(HOUR_S);
      await stage.service.respondActivityTaskCompleted(answerTo(stage, await stage.pollActivity()));
      await stage.finish();
      return await times();
    },
    times: [
      ...decided,
      "0 activityTaskScheduled",
      `${HOUR_S} activityTaskStarted`,
      `${HOUR_S} activityTaskCompleted`,
      ...finished(HOUR_S),
    ],
  },
  {
    name: "a run that times out before its timer",
    live: async ({ stage, pass, times }) => {
      await stage.start({ workflowRunTimeout: seconds(30 * DAY_S) });
      await stage.decide(command("startTimer", { timerId: "t", startToFireTimeout: seconds(60 * DAY_S) }));
      await pass(30 * DAY_S);
      return await times();
    },
    times: [...decided, "0 timerStarted", `${30 * DAY_S} workflowExecutionTimedOut`],
  },
  {
    name: "a start that is delayed by a week",
    live: async ({ stage, pass, times }) => {
      await stage.start({ workflowStartDelay: seconds(7 * DAY_S) });
      await pass(7 * DAY_S);
      await stage.finish();
      return await times();
    },
    times: ["0 workflowExecutionStarted", ...finished(7 * DAY_S)],
  },
  {
    name: "a run that continues after an hour",
    live: async ({ stage, pass, times }) => {
      await stage.start();
      await stage.decide(
        command("continueAsNewWorkflowExecution", {
          workflowType: { name: "scenario" },
          taskQueue: { name: stage.taskQueue },
          backoffStartInterval: seconds(HOUR_S),
        }),
      );
      await pass(HOUR_S);
      await stage.finish();
      return await times();
    },
    times: ["0 workflowExecutionStarted", ...finished(HOUR_S)],
  },
  {
    name: "a cron schedule",
    live: async ({ stage, pass, times }) => {
      await stage.start({ cronSchedule: "@every 1h" });
      await pass(HOUR_S);
      await stage.decide(completing());
      await pass(HOUR_S);
      await stage.pollTask();
      return await times();
    },
    times: [`${HOUR_S} workflowExecutionStarted`, ...finished(2 * HOUR_S).slice(0, 2)],
  },
  {
    name: "a child that sleeps for two days",
    live: async ({ stage, pass, times }) => {
      const childQueue = stage.id("child-queue");
      const workflowId = stage.id("child");
      await stage.start();
      await stage.decide(
        command("startChildWorkflowExecution", {
          workflowId,
          workflowType: { name: "child" },
          taskQueue: { name: childQueue },
        }),
      );
      await stage.complete(await stage.pollTask(childQueue), [
        command("startTimer", { timerId: "t", startToFireTimeout: seconds(2 * DAY_S) }),
      ]);
      await stage.decide();
      await pass(2 * DAY_S);
      await stage.complete(await stage.pollTask(childQueue), [completing()]);
      await stage.finish();
      return [...(await times({ workflowId })), ...(await times())];
    },
    times: [
      ...decided,
      "0 timerStarted",
      `${2 * DAY_S} timerFired`,
      ...finished(2 * DAY_S),
      ...decided,
      "0 startChildWorkflowExecutionInitiated",
      "0 childWorkflowExecutionStarted",
      ...finished(0).slice(0, 3),
      `${2 * DAY_S} childWorkflowExecutionCompleted`,
      ...finished(2 * DAY_S),
    ],
  },
];

describe.each<Mode>(["wall clock", "skipping for all alike", "skipping by tree"])("time by %s", (mode) => {
  test.each(LIVES)("$name", async ({ live, times }) => {
    const era = await open(mode);
    try {
      expect(await live(era)).toEqual(times);
    } finally {
      await era.close();
    }
  });
});
