import {
  cancel,
  pages,
  query,
  remove,
  reset,
  signal,
  signalWithStart,
  start,
  terminate,
  update,
  updateWithStart,
} from "./client-moves.ts";
import type { Step } from "./script.ts";
import {
  activity,
  failTask,
  forget,
  lateAnswer,
  leaveTask,
  poll,
  pollActivity,
  respond,
} from "./worker-moves.ts";
import type { World } from "./world.ts";

/** A sticky queue whose poller was last seen 10 s ago is not used any more. */
const MAYBE_GONE_MS = 7_500;
const SURELY_GONE_MS = 13_000;

/** Plays one step. What it tells is in the log of the stage. */
export async function play(world: World, step: Step, next: Step | undefined): Promise<void> {
  world.probe = undefined;
  if ("wf" in step && world.gone.has(step.wf)) return;
  for (const seenMs of world.lost.values()) {
    const agoMs = world.time.now() - seenMs;
    if (agoMs > MAYBE_GONE_MS && agoMs < SURELY_GONE_MS) world.byLuck = true;
  }
  switch (step.kind) {
    case "start":
      return await start(world, step);
    case "signal":
      return await signal(world, step);
    case "signal with start":
      return await signalWithStart(world, step);
    case "query":
      return await query(world, step);
    case "update":
      return await update(world, step);
    case "update with start":
      return await updateWithStart(world, step);
    case "cancel":
      return await cancel(world, step);
    case "terminate":
      return await terminate(world, step);
    case "reset":
      return await reset(world, step);
    case "delete":
      await remove(world, step);
      world.known.delete(step.wf);
      world.gone.add(step.wf);
      return;
    case "pages":
      return await pages(world, step);
    case "list":
      world.probe = () => listed(world, step);
      return;
    default:
      await work(world, step, next);
  }
}

type WorkerStep = Extract<
  Step,
  {
    readonly kind:
      | "poll"
      | "respond"
      | "fail task"
      | "leave task"
      | "late answer"
      | "forget"
      | "poll activity"
      | "activity";
  }
>;

async function work(world: World, step: WorkerStep, next: Step | undefined): Promise<void> {
  switch (step.kind) {
    case "poll":
      return await poll(world, step, next);
    case "respond":
      return await respond(world, step);
    case "fail task":
      return await failTask(world, step);
    case "leave task":
      return leaveTask(world, step);
    case "late answer":
      return await lateAnswer(world, step);
    case "forget":
      return await forget(world, step);
    case "poll activity":
      return await pollActivity(world, step);
    case "activity":
      return await activity(world, step);
  }
}

/** Lists lag behind on the real server: they are looked at until they agree. */
async function listed(
  { stage, known }: World,
  { query, count }: Extract<Step, { readonly kind: "list" }>,
): Promise<unknown> {
  const ids = [...known].map((wf) => `'${stage.id(wf)}'`).join(", ");
  const among = `WorkflowId IN (${ids})`;
  const request = { namespace: stage.namespace, query: query ? `${among} AND (${query})` : among };
  const { service } = stage;
  if (count) return await service.countWorkflowExecutions(request);
  return await service.listWorkflowExecutions(request);
}

/** Ends everything: what still runs, and polls that go on. */
export async function leave(world: World): Promise<void> {
  const { stage, known, leaving } = world;
  leaving.abort();
  for (const wf of known) {
    await stage.service
      .terminateWorkflowExecution({
        namespace: stage.namespace,
        workflowExecution: { workflowId: stage.id(wf) },
      })
      .catch(() => undefined);
  }
}

/** Logs the histories of all runs that were seen. */
export async function allHistories(world: World): Promise<void> {
  const { stage } = world;
  for (const [wf, runs] of world.runs) {
    if (world.gone.has(wf)) continue;
    for (const runId of runs) {
      await stage.history(`history of run of ${wf}`, { workflowId: stage.id(wf), runId });
    }
  }
}
