/**
 * Running workflows move between the SDKs in the middle of their work: one task queue, one worker at a time, official and Perdure by
 * turns, each with its cache. Prints what went wrong, then `N passed, N failed, 0 skipped`.
 */
import process from "node:process";
import type { Recorded } from "../replay/recorded.ts";
import { workflowTasks } from "../replay/recorded.ts";
import { ended, historiesOf } from "./drive.ts";
import { OFFICIAL_IDENTITY } from "./official-peer.ts";
import type { Body } from "./program.ts";
import { createWorld, type World } from "./world.ts";

const TASK_QUEUE = "moves";
const WORKFLOWS = 24;
/** Rounds of each workflow: they take longer than a few turns. */
const ROUNDS = 60;
const TURN_MS = 1_500;
const LIMIT_MS = 120_000;

/** What each workflow does: all machines, values drawn from the seed, and things left open between turns. */
const round: Body = [
  { op: "random" },
  {
    op: "join",
    how: "all",
    bodies: [
      [
        { op: "activity", work: { ms: 20, end: "returns" }, stop: "TRY_CANCEL" },
        { op: "tick", times: 2 },
      ],
      [
        { op: "sleep", ms: 20 },
        { op: "raise", flag: 0 },
      ],
      [
        { op: "condition", flag: 0, ms: 5_000 },
        { op: "patch", id: "p0", deprecated: false, body: [] },
      ],
    ],
  },
  { op: "scope", kind: "withTimeout", ms: 2_000, slot: 1, body: [{ op: "sleep", ms: 60 }, { op: "random" }] },
  {
    op: "attempt",
    body: [{ op: "activity", work: { ms: 5, end: "fails" }, stop: "WAIT_CANCELLATION_COMPLETED" }],
    rescue: [{ op: "local", work: { ms: 5, end: "returns" }, stop: "TRY_CANCEL" }],
    always: [{ op: "lower", flag: 0 }],
  },
];
const body: Body = [
  { op: "listen", name: "s0", body: [{ op: "sleep", ms: 5 }] },
  { op: "serve", name: "u0", validated: false, body: [{ op: "sleep", ms: 5 }] },
  ...Array.from({ length: ROUNDS }, () => round).flat(),
  { op: "child", program: round, stop: "TRY_CANCEL", close: "TERMINATE" },
];

/** The work of whose turn it is, until `done`. */
async function takeTurns(world: World, done: Promise<unknown>): Promise<number> {
  let over = false;
  let turns = 0;
  const end = done.finally(() => {
    over = true;
  });
  const turn = (): Promise<unknown> =>
    Promise.race([end, new Promise((resolve) => setTimeout(resolve, TURN_MS))]);
  for (; !over; turns++) {
    if (turns % 2 === 0) {
      await world.peer.work(TASK_QUEUE, { cached: true });
      await turn();
      await world.peer.rest(TASK_QUEUE);
    } else {
      const worker = await world.worker({ taskQueue: TASK_QUEUE });
      await worker.runUntil(turn());
    }
  }
  await end;
  return turns;
}

/** How often a run changed hands. */
function moves({ events }: Recorded): number {
  const names = workflowTasks(events).map(({ completed }) => completed?.identity === OFFICIAL_IDENTITY);
  return names.filter((official, index) => index > 0 && official !== names[index - 1]).length;
}

async function runOne(world: World, number: number): Promise<readonly Recorded[]> {
  const workflowId = `moves-${number}`;
  const handle = await world.client.workflow.start("fuzzProgram", {
    taskQueue: TASK_QUEUE,
    workflowId,
    args: [body, null, true],
    workflowExecutionTimeout: LIMIT_MS,
  });
  const nudge = setInterval(() => {
    void ended(handle.signal("s0", number));
    void ended(handle.executeUpdate("u0", { args: [number] }));
  }, 700);
  await ended(handle.result());
  clearInterval(nudge);
  return await historiesOf(world.client, workflowId, handle.firstExecutionRunId);
}

async function main(): Promise<void> {
  const world = await createWorld();
  try {
    const running = Promise.all(Array.from({ length: WORKFLOWS }, (_, number) => runOne(world, number)));
    const turns = await takeTurns(world, running);
    let failed = 0;
    let moved = 0;
    for (const [parent, ...children] of await running) {
      if (parent === undefined) continue;
      moved += moves(parent);
      for (const history of [parent, ...children]) {
        const last = history.events.at(-1)?.attributes.case;
        const wrong =
          last === "workflowExecutionCompletedEventAttributes"
            ? await world.difference("both", history, { localsInTurn: true, interventions: [] })
            : `ended by ${last}`;
        if (wrong === undefined) continue;
        failed += 1;
        console.log(`${history.subject}: ${wrong}`);
      }
    }
    const passed = WORKFLOWS - failed;
    console.log(`${turns} turns, ${moved} moves of ${WORKFLOWS} workflows`);
    if (moved < 2 * WORKFLOWS) throw new Error(`too few moves to prove anything: ${moved}`);
    console.log(`${passed} passed, ${failed} failed, 0 skipped`);
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    await world.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
