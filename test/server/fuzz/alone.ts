import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { openEmbedded } from "../harness/embedded.ts";
import { Stage } from "../scenarios/stage.ts";
import { historyFaults } from "./history-faults.ts";
import { allHistories, leave, play } from "./play.ts";
import type { Script } from "./script.ts";
import { serve, settleLost } from "./serve.ts";
import { searchAttributes } from "./servers.ts";
import { accept, look, newWorld, type Time, type World } from "./world.ts";

/** What happened in a script that was played on the embedded server alone. */
export interface Lived {
  readonly world: World;
  readonly events: number;
  /** By run id. */
  readonly histories: ReadonlyMap<string, Awaited<ReturnType<Stage["events"]>>>;
  readonly faults: readonly string[];
}

/** Time that goes on when the script lets it, and otherwise stands still. */
function timeOf(wall: ManualWall): Time {
  const turn = async (): Promise<void> => {
    for (let left = 3; left > 0; left -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
      wall.settle();
    }
  };
  return {
    now: () => wall.now(),
    pause: async (ms) => {
      await turn();
      wall.advance(ms);
      await turn();
    },
    patience: turn,
  };
}

/** Plays a script on a server of its own, in no time, and says what is wrong with what came of it. */
export async function playAlone(script: Script): Promise<Lived> {
  const wall = new ManualWall(Date.UTC(2026, 0, 1));
  const server = await openEmbedded({ searchAttributes: searchAttributes() }, { wall });
  const connection = Connection.lazy({ transport: server.port, interceptors: [] });
  const time = timeOf(wall);
  const world = newWorld(new Stage(connection, server.namespace), time);
  const faults: string[] = [];
  const histories: Map<string, Awaited<ReturnType<Stage["events"]>>> = new Map();
  let events = 0;
  try {
    for (const [at, step] of script.steps.entries()) {
      await play(world, step, script.steps[at + 1]);
      await serve(world);
      await time.pause(Math.max(1, world.restlessUntilMs - time.now() + 1_000));
      await settleLost(world);
      accept(world, await look(world));
      faults.push(...(await pendingFaults(world)).map((fault) => `after step ${at}: ${fault}`));
    }
    await allHistories(world);
    await leave(world);
    for (const [wf, runs] of world.runs) {
      if (world.gone.has(wf)) continue;
      for (const runId of runs) {
        const history = await world.stage.events({ workflowId: world.stage.id(wf), runId });
        histories.set(runId, history);
        events += history.length;
        faults.push(...historyFaults(history).map((fault) => `${wf}: ${fault}`));
      }
    }
  } finally {
    await connection.close();
    await server.close();
  }
  return { world, events, histories, faults };
}

const RUNNING = 1;

/** What a description must agree with its history about. */
async function pendingFaults({ stage, known }: World): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const wf of known) {
    const execution = { workflowId: stage.id(wf), runId: "" };
    const { namespace } = stage;
    const found = await stage.service
      .describeWorkflowExecution({ namespace, execution })
      .catch(() => undefined);
    if (found?.workflowExecutionInfo?.status !== RUNNING) continue;
    const ids = new Set(found.pendingActivities.map(({ activityId }) => activityId));
    if (ids.size < found.pendingActivities.length) faults.push(`${wf} has an activity id twice`);
    const told = openActivities(await stage.events(execution));
    // What waits in the buffer is told later.
    for (const id of ids) if (!told.has(id)) faults.push(`${wf} has activity ${id}, of which no event tells`);
  }
  return faults;
}

function openActivities(events: Awaited<ReturnType<Stage["events"]>>): ReadonlySet<string> {
  const open = new Map<bigint, string>();
  for (const { eventId, attributes } of events) {
    if (attributes.case === "activityTaskScheduledEventAttributes")
      open.set(eventId, attributes.value.activityId);
    else if (attributes.case !== undefined) open.delete(closes(attributes));
  }
  return new Set(open.values());
}

type Attributes = Awaited<ReturnType<Stage["events"]>>[number]["attributes"];

function closes(attributes: Attributes): bigint {
  switch (attributes.case) {
    case "activityTaskCompletedEventAttributes":
    case "activityTaskFailedEventAttributes":
    case "activityTaskTimedOutEventAttributes":
    case "activityTaskCanceledEventAttributes":
      return attributes.value.scheduledEventId;
    default:
      return 0n;
  }
}
