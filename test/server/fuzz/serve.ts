import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { answer } from "../scenarios/query-steps.ts";
import { queueOf } from "./plans.ts";
import { SHORT_MS } from "./script.ts";
import { choose, type OpenCall, restless, type World } from "./world.ts";

/** A task that is surely there takes less. */
const SURE_MS = 8_000;
/** One that may be there. */
const PERHAPS_MS = 2_500;
/** Until a server has forgotten a poll that was given up. */
const FORGOTTEN_MS = 150;

const SCHEDULED = 1;
const STARTED = 2;

/** How the newest run's task stands; 0 when there is none. */
export async function taskState(world: World, wf: string): Promise<number> {
  const { stage } = world;
  const execution = { workflowId: stage.id(wf), runId: "" };
  const { namespace } = stage;
  const answer = await stage.service
    .describeWorkflowExecution({ namespace, execution })
    .catch(() => undefined);
  return answer?.pendingWorkflowTask?.state ?? 0;
}

/** Takes the task of a workflow if there is one, or perhaps one. Gives whether it has one now. */
export async function takeTask(world: World, wf: string): Promise<boolean> {
  if (world.held.has(wf)) return true;
  const wanted = await choose(world, () => wantsTask(world, wf));
  if (wanted === "no") return false;
  const waiting = waitingFor(world, wf);
  const task = await pollFor(world, wf, wanted === "surely" ? [] : waiting);
  if (task === undefined) {
    for (const call of waiting) call.unserved = true;
    return false;
  }
  if (task.query) {
    // There are a task and a query of its own: workers of the real server come to one or the other first.
    if (wanted === "surely") world.byLuck = true;
    await answerDirectly(world, wf, task);
    return await takeTask(world, wf);
  }
  hold(world, wf, task);
  return true;
}

async function wantsTask(world: World, wf: string): Promise<"no" | "perhaps" | "surely"> {
  const state = await taskState(world, wf);
  if (state === SCHEDULED || (state === STARTED && world.sticky.has(wf))) return "surely";
  const sent = waitingFor(world, wf).some(({ undelivered }) => undelivered !== undefined);
  return sent ? "perhaps" : "no";
}

function waitingFor(world: World, wf: string): readonly OpenCall[] {
  return world.calls.filter((call) => call.wf === wf && !call.result && !call.unserved);
}

/** This worker has a task now. */
export function hold(world: World, wf: string, task: PollWorkflowTaskQueueResponse): void {
  world.held.set(wf, task);
  const ids = new Set(task.messages.map(({ protocolInstanceId }) => protocolInstanceId));
  for (const call of world.calls) {
    if (call.wf === wf && call.undelivered !== undefined && ids.has(call.undelivered)) {
      call.undelivered = undefined;
    }
  }
}

/** Answers queries that come by themselves, and takes tasks that bring updates: those wait for a few seconds only. */
export async function serve(world: World): Promise<void> {
  for (const wf of world.known) {
    if (world.held.has(wf)) continue;
    const need = await choose(world, () => {
      const open = waitingFor(world, wf);
      if (open.some(({ undelivered }) => undelivered !== undefined)) return "update";
      return open.some(({ label }) => label.startsWith("query")) ? "query" : "nothing";
    });
    if (need === "update") await takeTask(world, wf);
    else if (need === "query") await serveQueries(world, wf);
  }
}

async function serveQueries(world: World, wf: string): Promise<void> {
  for (let left = 4; left > 0; left -= 1) {
    // With a task on its way they go with that.
    const alone = await choose(
      world,
      async () => waitingFor(world, wf).length > 0 && (await taskState(world, wf)) === 0,
    );
    if (!alone) return;
    const waiting = waitingFor(world, wf);
    const task = await pollFor(world, wf, waiting);
    if (task === undefined) {
      for (const call of waiting) call.unserved = true;
      return;
    }
    if (!task.query) {
      hold(world, wf, task);
      return;
    }
    await answerDirectly(world, wf, task);
    await Promise.race([...waiting.map(({ ended }) => ended), world.time.patience(PERHAPS_MS)]);
  }
}

async function answerDirectly(world: World, wf: string, task: PollWorkflowTaskQueueResponse): Promise<void> {
  const call = world.calls.find((each) => each.wf === wf && each.label.startsWith("query") && !each.result);
  const failing = call?.answer === "fail" ? { completedType: 2, errorMessage: "no answer" } : {};
  await world.stage.step(`${wf}: answer a query`, () => answer(world.stage, task, failing));
}

/** Polls until there is a task, one of the calls has ended, or it takes too long. */
async function pollFor(
  world: World,
  wf: string,
  calls: readonly OpenCall[],
): Promise<PollWorkflowTaskQueueResponse | undefined> {
  const { trail } = world;
  if (trail.leads) {
    const task = await offered(world, wf, calls.length > 0 ? PERHAPS_MS : SURE_MS, calls);
    return (await choose(world, () => task !== undefined)) ? task : undefined;
  }
  const comes = await choose(world, () => false);
  return comes ? await offered(world, wf, SURE_MS, []) : undefined;
}

async function offered(
  world: World,
  wf: string,
  ms: number,
  calls: readonly OpenCall[],
): Promise<PollWorkflowTaskQueueResponse | undefined> {
  const { stage, time } = world;
  const early = await ownTask(world, wf);
  if (early) return early;
  const giveUp = new AbortController();
  const request = {
    namespace: stage.namespace,
    taskQueue: { name: queueOf(stage, wf) },
    identity: "workflow-worker",
  };
  const options = { abortSignal: giveUp.signal, deadline: Date.now() + 60_000 };
  // A server with too much to do gives polls up.
  const polled = stage.service.pollWorkflowTaskQueue(request, options).catch(() => undefined);
  const offers: Promise<{ task: PollWorkflowTaskQueueResponse | undefined; sticky: boolean }>[] = [
    polled.then((task) => ({ task, sticky: false })),
  ];
  const own = world.sticky.get(wf);
  if (own) offers.push(own.then((task) => ({ task, sticky: true })));
  const nothing = [...calls.map(({ ended }) => ended), time.patience(ms)].map((each) =>
    each.then(() => undefined),
  );
  const offer = await Promise.race([...offers, ...nothing]);
  giveUp.abort();
  if (offer === undefined || offer.sticky) await time.pause(FORGOTTEN_MS);
  if (offer?.sticky) pollSticky(world, wf);
  const task = offer?.task;
  return task !== undefined && task.taskToken.length > 0 ? task : undefined;
}

/** The task that has come to the worker's own queue already: a poll of the usual one would take another along in vain. */
async function ownTask(world: World, wf: string): Promise<PollWorkflowTaskQueueResponse | undefined> {
  const own = world.sticky.get(wf);
  if (own === undefined) return undefined;
  const late = world.time.patience(FORGOTTEN_MS).then(() => "late" as const);
  const task = await Promise.race([own, late]);
  if (task === "late") return undefined;
  pollSticky(world, wf);
  return task !== undefined && task.taskToken.length > 0 ? task : undefined;
}

/** Waits for tasks at a worker's own queue. */
export function pollSticky(world: World, wf: string): void {
  const { stage } = world;
  const request = {
    namespace: stage.namespace,
    taskQueue: stickyQueue(world, wf),
    identity: "workflow-worker",
  };
  const poll = stage.service.pollWorkflowTaskQueue(request, {
    abortSignal: world.leaving.signal,
    deadline: Date.now() + 65_000,
  });
  // One that a server has given up brings nothing.
  const task = poll.catch(() => undefined);
  world.sticky.set(wf, task);
}

interface OwnQueue {
  readonly name: string;
  readonly kind: number;
  readonly normalName: string;
}

/** The queue of the worker that keeps a workflow. */
export function stickyQueue({ stage }: World, wf: string): OwnQueue {
  return { name: stage.id(`sticky-${wf}`), kind: 2, normalName: queueOf(stage, wf) };
}

/** The queue of a worker that is gone. */
export function lostQueue({ stage }: World, wf: string): OwnQueue {
  return { name: stage.id(`lost-${wf}`), kind: 2, normalName: queueOf(stage, wf) };
}

/** Waits until a task that came to a queue of nobody is back in the usual one. */
export async function settleLost(world: World): Promise<void> {
  for (const wf of world.lost.keys()) {
    if ((await taskState(world, wf)) === SCHEDULED) await world.time.pause(SHORT_MS + 100);
  }
}

/** Has a worker be seen at its own queue, and leave. */
export async function pollInPassing(world: World, wf: string): Promise<void> {
  const { stage, time } = world;
  const giveUp = new AbortController();
  const request = {
    namespace: stage.namespace,
    taskQueue: lostQueue(world, wf),
    identity: "workflow-worker",
  };
  const options = { abortSignal: giveUp.signal, deadline: Date.now() + 60_000 };
  const poll = stage.service.pollWorkflowTaskQueue(request, options).catch(() => undefined);
  await time.pause(100);
  giveUp.abort();
  await poll;
  await time.pause(FORGOTTEN_MS);
}

/** Whoever has a task of an impatient workflow and does not answer it at once lets it time out. */
export function perhapsLate(world: World, wf: string, taskMs: number): void {
  if (world.held.has(wf) && world.impatient.has(wf)) restless(world, taskMs + 200);
}
