import { json } from "../scenarios/stage.ts";
import { updateRequest } from "../scenarios/update-steps.ts";
import { restlessAfterStart, startRequest } from "./plans.ts";
import { SHORT_MS, SHORT_TASK_MS, type StartOptions, type Step } from "./script.ts";
import { hold, perhapsLate, takeTask } from "./serve.ts";
import { choose, openCall, restless, type World } from "./world.ts";

type StepOf<Kind extends Step["kind"]> = Extract<Step, { readonly kind: Kind }>;

/** What was said of a start counts if it started something. */
function begun(world: World, wf: string, options: StartOptions, started: boolean): void {
  world.known.add(wf);
  if (!started) return;
  if (options.impatient) world.impatient.add(wf);
  else world.impatient.delete(wf);
  restless(world, restlessAfterStart(options));
}

export async function start(world: World, { wf, options }: StepOf<"start">): Promise<void> {
  const { stage } = world;
  const answer = await stage.step(`start ${wf}`, () =>
    stage.service.startWorkflowExecution(startRequest(stage, wf, options)),
  );
  begun(world, wf, options, answer?.started === true);
  if (answer?.eagerWorkflowTask) {
    hold(world, wf, answer.eagerWorkflowTask);
    perhapsLate(world, wf, SHORT_TASK_MS);
  }
}

export async function signal(world: World, { wf, request }: StepOf<"signal">): Promise<void> {
  const { stage } = world;
  await stage.step(`signal ${wf}`, () =>
    stage.service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: { workflowId: stage.id(wf) },
      signalName: "go",
      input: json(wf),
      identity: "signaller",
      requestId: request === undefined ? crypto.randomUUID() : stage.id(request),
    }),
  );
}

export async function signalWithStart(
  world: World,
  { wf, options }: StepOf<"signal with start">,
): Promise<void> {
  const { stage } = world;
  const { onConflictOptions: _, requestEagerExecution: __, ...request } = startRequest(stage, wf, options);
  const answer = await stage.step(`signal ${wf} with start`, () =>
    stage.service.signalWithStartWorkflowExecution({ ...request, signalName: "go", signalInput: json(wf) }),
  );
  begun(world, wf, options, answer?.started === true);
}

export async function query(world: World, step: StepOf<"query">): Promise<void> {
  const { stage } = world;
  const { wf, answer, reject } = step;
  // The embedded server does not send queries to a worker that is gone: a difference that its README names.
  if (world.lost.has(wf)) return;
  const call = stage.service.queryWorkflow(
    {
      namespace: stage.namespace,
      execution: { workflowId: stage.id(wf) },
      query: { queryType: "state", queryArgs: json("now") },
      queryRejectCondition: reject ?? 0,
    },
    { deadline: Date.now() + 15_000 },
  );
  openCall(world, call, { label: `query ${world.calls.length}`, wf, answer });
  await world.time.pause(60);
}

/**
 * Whether a reset brought this update again and a worker did not want it: whoever asks for it from then on is told INTERNAL by the real
 * server, until that has forgotten the run and read it anew.
 */
async function wasRefusedAgain(world: World, wf: string, id: string): Promise<boolean> {
  if (!world.reset.has(wf)) return false;
  const decide = async (): Promise<boolean> => {
    const { stage } = world;
    const events = await stage.events({ workflowId: stage.id(wf), runId: "" }).catch(() => []);
    let admitted = false;
    let answered = false;
    for (const { attributes } of events) {
      if (attributes.case === "workflowExecutionUpdateAdmittedEventAttributes") {
        admitted ||= attributes.value.request?.meta?.updateId === id;
      } else if (attributes.case === "workflowExecutionUpdateAcceptedEventAttributes") {
        if (attributes.value.protocolInstanceId === id) return false;
      } else if (attributes.case === "workflowTaskCompletedEventAttributes") {
        answered = admitted;
      }
    }
    return answered;
  };
  return await choose(world, decide);
}

export async function update(world: World, { wf, id, stage: wait }: StepOf<"update">): Promise<void> {
  const { stage } = world;
  if (await wasRefusedAgain(world, wf, id)) return;
  const request = updateRequest(stage, id, {
    workflowExecution: { workflowId: stage.id(wf) },
    waitPolicy: { lifecycleStage: wait },
  });
  const call = stage.service.updateWorkflowExecution(request, { deadline: Date.now() + 30_000 });
  openCall(world, call, { label: `update ${world.calls.length} ${id}`, wf, undelivered: id });
  await world.time.pause(60);
  await takeTask(world, wf);
}

export async function updateWithStart(world: World, step: StepOf<"update with start">): Promise<void> {
  const { stage } = world;
  const { wf, id, options } = step;
  if (await wasRefusedAgain(world, wf, id)) return;
  const { requestEagerExecution: _, ...startWorkflow } = startRequest(stage, wf, options);
  const updateWorkflow = updateRequest(stage, id, {
    workflowExecution: { workflowId: stage.id(wf) },
    waitPolicy: { lifecycleStage: step.stage },
  });
  const call = stage.service.executeMultiOperation(
    {
      namespace: stage.namespace,
      operations: [
        { operation: { case: "startWorkflow", value: startWorkflow } },
        { operation: { case: "updateWorkflow", value: updateWorkflow } },
      ],
    },
    { deadline: Date.now() + 30_000 },
  );
  openCall(world, call, { label: `start and update ${world.calls.length} ${id}`, wf, undelivered: id });
  // Whether it starts the workflow is known only later.
  world.known.add(wf);
  world.impatient.delete(wf);
  restless(world, restlessAfterStart(options));
  await world.time.pause(80);
  await takeTask(world, wf);
}

export async function cancel(world: World, { wf, request }: StepOf<"cancel">): Promise<void> {
  const { stage } = world;
  await stage.step(`cancel ${wf}`, () =>
    stage.service.requestCancelWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: { workflowId: stage.id(wf) },
      identity: "canceller",
      reason: "enough",
      requestId: request === undefined ? crypto.randomUUID() : stage.id(request),
    }),
  );
}

const NOBODY = "11111111-2222-4333-8444-555555555555";

function runOf(world: World, wf: string, run: "first" | "unknown" | undefined): string {
  if (run === "unknown") return NOBODY;
  return run === "first" ? ([...(world.runs.get(wf) ?? [])][0] ?? "") : "";
}

export async function terminate(world: World, { wf, run }: StepOf<"terminate">): Promise<void> {
  const { stage } = world;
  await stage.step(`terminate ${wf}`, () =>
    stage.service.terminateWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: { workflowId: stage.id(wf), runId: runOf(world, wf, run) },
      reason: "over",
      identity: "terminator",
    }),
  );
}

export async function reset(world: World, step: StepOf<"reset">): Promise<void> {
  const { stage } = world;
  const execution = { workflowId: stage.id(step.wf), runId: "" };
  const events = await stage.events(execution).catch(() => []);
  const ends = events.filter(({ attributes }) => step.any || ENDS.has(attributes.case ?? ""));
  const event = ends[Math.floor((ends.length * step.part) / 100)];
  world.reset.add(step.wf);
  const workflowTaskFinishEventId = event?.eventId ?? 3n;
  // What was accepted behind that point is only admitted in the new run: a worker does not complete it.
  for (const { eventId, attributes } of events) {
    if (eventId < workflowTaskFinishEventId) continue;
    if (attributes.case !== "workflowExecutionUpdateAcceptedEventAttributes") continue;
    world.accepted.get(step.wf)?.delete(attributes.value.protocolInstanceId);
  }
  await stage.step(`reset ${step.wf} to ${workflowTaskFinishEventId}`, () =>
    stage.service.resetWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: execution,
      workflowTaskFinishEventId,
      requestId: crypto.randomUUID(),
      reason: "again",
      identity: "resetter",
      resetReapplyType: step.reapply ?? 0,
      resetReapplyExcludeTypes: [...step.exclude],
    }),
  );
}

const ENDS = new Set(["Completed", "Failed", "TimedOut"].map((how) => `workflowTask${how}EventAttributes`));

/** The real server deletes later: whoever is deleted is not looked at any more. */
export async function remove(world: World, { wf }: StepOf<"delete">): Promise<void> {
  const { stage } = world;
  await stage.step(`delete ${wf}`, () =>
    stage.service.deleteWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: { workflowId: stage.id(wf) },
    }),
  );
  restless(world, SHORT_MS);
}

export async function pages(world: World, { wf, size, reverse }: StepOf<"pages">): Promise<void> {
  const { stage } = world;
  const { namespace } = stage;
  const execution = { workflowId: stage.id(wf), runId: "" };
  let nextPageToken: Uint8Array = new Uint8Array(0);
  const seen: string[] = [];
  const first = stage.log.length;
  for (let number = 1; number < 30; number += 1) {
    const request = { namespace, execution, maximumPageSize: size, nextPageToken };
    const answer = await stage.step(
      `page ${number} of ${wf}`,
      () =>
        reverse
          ? stage.service.getWorkflowExecutionHistoryReverse(request)
          : stage.service.getWorkflowExecutionHistory(request),
      (page) => page.history?.events.map(({ eventId }) => Number(eventId)).join(" "),
    );
    seen.push(...(answer?.history?.events ?? []).map(({ eventId }) => String(eventId)));
    // Whether an empty page follows the last one depends, after a reset, on how the real server keeps its batches.
    if (answer?.history?.events.length === 0) stage.log.pop();
    nextPageToken = answer?.nextPageToken ?? new Uint8Array(0);
    if (nextPageToken.length > 0) continue;
    // Where the pages of a run that was reset end depends on how the real server keeps its branches.
    if (world.reset.has(wf))
      stage.log.splice(first, number, { step: `pages of ${wf}`, answer: seen.join(" ") });
    return;
  }
}
