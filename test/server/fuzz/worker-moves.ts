import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Message } from "../../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import type { StickyExecutionAttributes } from "../../../src/gen/codec/temporal/api/taskqueue/v1/message.ts";
import type {
  PollActivityTaskQueueResponse,
  PollWorkflowTaskQueueResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { applicationFailure } from "../scenarios/chain-steps.ts";
import { resultsFor } from "../scenarios/query-steps.ts";
import { json, type Stage, seconds } from "../scenarios/stage.ts";
import { acceptance, commandsOf, rejection, response } from "../scenarios/update-steps.ts";
import { isSlow } from "./generate-commands.ts";
import { activityQueueOf, commandOf } from "./plans.ts";
import { type CommandPlan, SHORT_MS, SHORT_TASK_MS, type Step } from "./script.ts";
import { hold, lostQueue, perhapsLate, pollInPassing, pollSticky, stickyQueue, takeTask } from "./serve.ts";
import { choose, restless, type World } from "./world.ts";

type StepOf<Kind extends Step["kind"]> = Extract<Step, { readonly kind: Kind }>;

/** How long a run has to have lived for the next one to follow it at once. */
const LIVED_MS = 1_200;

export async function poll(world: World, { wf }: StepOf<"poll">, next: Step | undefined): Promise<void> {
  const { stage } = world;
  const had = world.held.has(wf);
  const has = await takeTask(world, wf);
  const task = had ? undefined : world.held.get(wf);
  await stage.step(`poll ${wf}`, async () => task ?? (has ? "has one" : "no task"), shown);
  const answers = next !== undefined && "wf" in next && next.wf === wf && ANSWERS.has(next.kind);
  if (!answers) perhapsLate(world, wf, SHORT_TASK_MS);
}

const ANSWERS: ReadonlySet<string> = new Set(["respond", "fail task"]);

function shown(task: PollWorkflowTaskQueueResponse | string): unknown {
  if (typeof task === "string") return task;
  return { ...task, backlogCountHint: 0, queries: Object.values(task.queries) };
}

export async function respond(world: World, step: StepOf<"respond">): Promise<void> {
  const { stage } = world;
  const { wf } = step;
  const task = world.held.get(wf);
  if (task === undefined) {
    await stage.step(`respond ${wf}`, async () => "no task");
    return;
  }
  const { messages, accepted, completed } = messagesOf(world, step, task);
  const scheduled = await scheduledIds(stage, task);
  const commands: Init<Command>[] = step.ordered ? commandsOf(messages) : [];
  for (const plan of step.commands) commands.push(withId(commandOf(stage, wf, plan), plan, scheduled));
  if (step.commands.some(({ kind }) => kind === "continue")) await world.time.pause(LIVED_MS);
  const stickyAttributes = await stay(world, step);
  spend(world, wf, task);
  const failing = { resultType: 2, errorMessage: "no answer" };
  const answer = await stage.step(
    `respond ${wf}`,
    () =>
      stage.complete(task, commands, {
        messages: [...messages],
        queryResults:
          step.queries === "omit"
            ? {}
            : step.queries === "fail"
              ? resultsFor(task, failing)
              : resultsFor(task),
        returnNewWorkflowTask: step.another ?? false,
        forceCreateNewWorkflowTask: step.force ?? false,
        ...(stickyAttributes ? { stickyAttributes } : {}),
      }),
    (completion) => {
      const head = completion.workflowTask ? shown(completion.workflowTask) : "completed";
      return completion.activityTasks.length === 0 ? head : [head, ...completion.activityTasks];
    },
  );
  for (const plan of step.commands) {
    if (plan.kind === "child") world.known.add(plan.id);
    if (isSlow(plan)) restless(world, 4 * SHORT_MS);
  }
  if (answer === undefined) return;
  const open = world.accepted.get(wf) ?? new Set();
  for (const id of accepted) open.add(id);
  for (const id of completed) open.delete(id);
  world.accepted.set(wf, open);
  for (const eager of answer.activityTasks) {
    world.heldActivities.set(`${wf}/${eager.activityId}`, eager);
    restless(world, soonest(eager));
  }
  if (answer.workflowTask) {
    hold(world, wf, answer.workflowTask);
    perhapsLate(world, wf, SHORT_TASK_MS);
  }
}

/** Says where the next task is to come: to a queue that this worker polls, or did until now. */
async function stay(
  world: World,
  { wf, sticky, lost }: StepOf<"respond">,
): Promise<Init<StickyExecutionAttributes> | undefined> {
  const waiting = world.calls.some((call) => call.wf === wf && !call.result);
  world.lost.delete(wf);
  if (waiting || world.impatient.has(wf)) return undefined;
  if (sticky) {
    if (!world.sticky.has(wf)) {
      pollSticky(world, wf);
      await world.time.pause(100);
    }
    return { workerTaskQueue: stickyQueue(world, wf), scheduleToStartTimeout: seconds(60) };
  }
  if (!lost) return undefined;
  await pollInPassing(world, wf);
  world.lost.set(wf, world.time.now());
  return { workerTaskQueue: lostQueue(world, wf), scheduleToStartTimeout: seconds(SHORT_MS / 1_000) };
}

function spend(world: World, wf: string, task: PollWorkflowTaskQueueResponse): void {
  world.held.delete(wf);
  world.spent.set(wf, task.taskToken);
  for (const call of world.calls) if (call.wf === wf) call.unserved = false;
}

function messagesOf(
  world: World,
  step: StepOf<"respond">,
  task: PollWorkflowTaskQueueResponse,
): {
  readonly messages: readonly Init<Message>[];
  readonly accepted: readonly string[];
  readonly completed: readonly string[];
} {
  const messages: Init<Message>[] = [];
  const accepted: string[] = [];
  const completed: string[] = [];
  for (const [index, { protocolInstanceId: id }] of task.messages.entries()) {
    const say = step.updates[index % Math.max(1, step.updates.length)] ?? "complete";
    if (say === "ignore") continue;
    if (say === "reject") {
      messages.push(rejection(id));
      continue;
    }
    messages.push(acceptance(id));
    accepted.push(id);
    if (say !== "complete") continue;
    messages.push(response(id));
    completed.push(id);
  }
  if (step.finish) {
    for (const id of world.accepted.get(step.wf) ?? []) {
      if (accepted.includes(id)) continue;
      messages.push(response(id));
      completed.push(id);
    }
  }
  return { messages, accepted, completed };
}

/** Which event scheduled each activity last. */
async function scheduledIds(
  stage: Stage,
  task: PollWorkflowTaskQueueResponse,
): Promise<ReadonlyMap<string, bigint>> {
  const { workflowId = "", runId = "" } = task.workflowExecution ?? {};
  const events = await stage.events({ workflowId, runId }).catch(() => []);
  const ids = new Map<string, bigint>();
  for (const { attributes, eventId } of events) {
    if (attributes.case === "activityTaskScheduledEventAttributes")
      ids.set(attributes.value.activityId, eventId);
  }
  return ids;
}

function withId(
  command: Init<Command>,
  plan: CommandPlan,
  scheduled: ReadonlyMap<string, bigint>,
): Init<Command> {
  if (plan.kind !== "cancel activity") return command;
  const scheduledEventId = scheduled.get(plan.id) ?? 5n;
  return {
    ...command,
    attributes: { case: "requestCancelActivityTaskCommandAttributes", value: { scheduledEventId } },
  };
}

export async function failTask(world: World, { wf, cause }: StepOf<"fail task">): Promise<void> {
  const { stage } = world;
  const task = world.held.get(wf);
  if (task === undefined) return;
  spend(world, wf, task);
  await stage.step(`fail task of ${wf}`, () =>
    stage.service.respondWorkflowTaskFailed({
      namespace: stage.namespace,
      taskToken: task.taskToken,
      cause,
      identity: "workflow-worker",
      failure: applicationFailure("cannot"),
    }),
  );
}

/** Loses a task: it times out. Only impatient workflows' do so soon enough. */
export function leaveTask(world: World, { wf }: StepOf<"leave task">): void {
  const task = world.held.get(wf);
  if (task === undefined || !world.impatient.has(wf)) return;
  spend(world, wf, task);
  restless(world, SHORT_TASK_MS + 200);
}

export async function lateAnswer(world: World, { wf }: StepOf<"late answer">): Promise<void> {
  const { stage } = world;
  const taskToken = world.spent.get(wf);
  if (taskToken === undefined) return;
  await stage.step(`late answer of ${wf}`, () => stage.complete({ taskToken }));
}

export async function forget({ stage }: World, { wf }: StepOf<"forget">): Promise<void> {
  const execution = { workflowId: stage.id(wf), runId: "" };
  await stage.step(`forget ${wf}`, () =>
    stage.service.resetStickyTaskQueue({ namespace: stage.namespace, execution }),
  );
}

const RUNNING = 1;

/** Whether an activity waits for a worker. */
async function activityWaits(world: World, wf: string, id: string): Promise<boolean> {
  const { stage } = world;
  const execution = { workflowId: stage.id(wf), runId: "" };
  const { namespace } = stage;
  const answer = await stage.service
    .describeWorkflowExecution({ namespace, execution })
    .catch(() => undefined);
  const pending = answer?.pendingActivities.find(({ activityId }) => activityId === id);
  // A run that is over still shows what it had.
  if (pending?.state !== 1 || answer?.workflowExecutionInfo?.status !== RUNNING) return false;
  const next = pending.nextAttemptScheduleTime;
  return next === undefined || Number(next.seconds) * 1_000 <= world.time.now() + 60_000;
}

export async function pollActivity(world: World, { wf, id }: StepOf<"poll activity">): Promise<void> {
  const { stage } = world;
  const key = `${wf}/${id}`;
  const queue = activityQueueOf(stage, wf, id);
  const waits = await choose(world, () => activityWaits(world, wf, id));
  const task = await stage.step(`poll activity ${key}`, async () =>
    waits ? await stage.pollActivity(queue) : undefined,
  );
  if (task === undefined || task.taskToken.length === 0) return;
  world.heldActivities.set(key, task);
  restless(world, soonest(task));
}

/** Until when an activity that a worker has may have ended, or begun anew. */
function soonest(task: PollActivityTaskQueueResponse): number {
  const spans = [task.startToCloseTimeout, task.heartbeatTimeout, task.scheduleToCloseTimeout]
    .map((span) => Number(span?.seconds ?? 0) * 1_000 + (span?.nanos ?? 0) / 1e6)
    .filter((ms) => ms > 0 && ms <= SHORT_MS);
  return spans.length > 0 ? 5 * SHORT_MS : 0;
}

export async function activity(world: World, step: StepOf<"activity">): Promise<void> {
  const { stage } = world;
  const key = `${step.wf}/${step.id}`;
  const task = world.heldActivities.get(key);
  const taskToken = task?.taskToken ?? world.spentActivities.get(key);
  if (taskToken === undefined && !step.byId) return;
  if (task && step.how !== "heartbeat") {
    world.heldActivities.delete(key);
    world.spentActivities.set(key, task.taskToken);
  }
  await stage.step(`${step.how} activity ${key}${step.byId ? " by id" : ""}`, () =>
    step.byId ? answerById(stage, step) : answerByToken(stage, step, taskToken ?? new Uint8Array(0)),
  );
  if (step.how === "fail") restless(world, 5 * SHORT_MS);
  if (step.how === "heartbeat") restless(world, task ? soonest(task) : 5 * SHORT_MS);
}

async function answerByToken(
  { service, namespace }: Stage,
  { how }: StepOf<"activity">,
  taskToken: Uint8Array,
): Promise<unknown> {
  const target = { namespace, taskToken, identity: "activity-worker" };
  switch (how) {
    case "complete":
      return await service.respondActivityTaskCompleted({ ...target, result: json("did") });
    case "cancel":
      return await service.respondActivityTaskCanceled({ ...target, details: json("stopped") });
    case "heartbeat":
      return await service.recordActivityTaskHeartbeat({ ...target, details: json("half") });
    default:
      return await service.respondActivityTaskFailed({
        ...target,
        failure: applicationFailure("no", { nonRetryable: how === "fail for good" }),
      });
  }
}

async function answerById(stage: Stage, { how, wf, id }: StepOf<"activity">): Promise<unknown> {
  const { service, namespace } = stage;
  const target = { namespace, workflowId: stage.id(wf), activityId: id, identity: "by-id" };
  switch (how) {
    case "complete":
      return await service.respondActivityTaskCompletedById({ ...target, result: json("did") });
    case "cancel":
      return await service.respondActivityTaskCanceledById({ ...target, details: json("stopped") });
    case "heartbeat":
      return await service.recordActivityTaskHeartbeatById({ ...target, details: json("half") });
    default:
      return await service.respondActivityTaskFailedById({
        ...target,
        failure: applicationFailure("no", { nonRetryable: how === "fail for good" }),
      });
  }
}
