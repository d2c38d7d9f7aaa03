import { WorkflowTaskFailedCause } from "../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { queryActivation, takeJobs } from "./activate.ts";
import type { FailureData } from "./activation.ts";
import { answerTask } from "./answer.ts";
import { applyNextSlice } from "./apply.ts";
import type { Completion } from "./command.ts";
import { feedCommands, type QueryAnswer, type SplitCommands, splitCommands } from "./complete.ts";
import type { Effect } from "./effect.ts";
import { evict } from "./evict.ts";
import { failTask, problemFailed, type TaskFailed } from "./fail-task.ts";
import { taskFailure } from "./failures.ts";
import type { EvictReason, Input } from "./input.ts";
import type { LocalActivityResult } from "./local-activity-jobs.ts";
import { onLocalResults, requestLocals } from "./local-resolution.ts";
import { fatal } from "./problem.ts";
import { isExpired, legacyAnswer, legacyFailure, queryJob, queryResults } from "./queries.ts";
import { newRunState, type Run, type RunOptions } from "./run-state.ts";
import { LEGACY_QUERY_ID, type WorkflowTask } from "./task.ts";
import { readMessages } from "./update-messages.ts";

/*
 * The heart of core: everything that may happen to a run, as a function of what did.
 *
 * R1. `step` changes the run in place and reads nothing but the run and the input. It is called for one input at a time.
 * R2. A task is open from its input until its answer (`respond`, `respondFailed`, `respondQuery` or `dropTask`). The
 *     engine hands over the next task only after it reported `answered` or `refused` for `respond` and `respondQuery`.
 * R3. While a task is open exactly one thing is outstanding: a completion, a page, the end of local activities, or nothing
 *     because `step` goes on.
 * R4. Commands leave with the task whose activations made them; replaying never sends any.
 * R5. The ends of local activities come between activations, never while workflow code has one (stages `jobs`, `queries` and
 *     `legacyQuery`): which ends belong into one activation is counted by activations. The engine queues inputs per run.
 * R6. After `evict` the run is gone: further inputs have no effect but that a task is dropped.
 */

export type { Run, RunOptions } from "./run-state.ts";

/**
 * A run that has seen nothing yet. Its first input is a task.
 *
 * @example
 * const run = createRun({
 *   runId: "…", taskQueue: "orders", sdkName: "perdure", sdkVersion: "1.0.0",
 *   serverSupportsSdkMetadata: true, nondeterminismFailsWorkflow: false,
 * });
 */
export function createRun(options: RunOptions): Run {
  return newRunState(options);
}

/**
 * Processes one input to its end and gives what is to be done, in order.
 *
 * @example
 * for (const effect of step(run, { kind: "task", task })) carryOut(effect);
 */
export function step(run: Run, input: Input): Effect[] {
  const effects: Effect[] = [];
  switch (input.kind) {
    case "task":
      onTask(run, input.task, effects);
      break;
    case "page":
      if (run.stage === "page") onPage(run, input, effects);
      break;
    case "pageFailed":
      if (run.stage === "page") fail(run, historyMissing(input.message), effects);
      break;
    case "completion":
      if (input.nowMs !== undefined) run.nowMs = input.nowMs;
      onCompletion(run, input.completion, effects);
      break;
    case "localResults":
      onLocals(run, input.results, effects);
      break;
    case "heartbeat":
      onHeartbeat(run, effects);
      break;
    case "answered":
      onAnswered(run, input.resetHistoryEventId, effects);
      break;
    case "refused":
      onRefused(run, input, effects);
      break;
    case "evict":
      onEvict(run, input, effects);
      break;
  }
  return effects;
}

function fail(run: Run, failed: TaskFailed, effects: Effect[]): void {
  failTask(run, failed, effects);
}

function historyMissing(message: string): TaskFailed {
  const cause = WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE;
  return { reason: "historyFetch", cause, failure: taskFailure(message) };
}

function onTask(run: Run, task: WorkflowTask, effects: Effect[]): void {
  if (run.stage === "gone") {
    effects.push({ kind: "dropTask", why: "The run has left the cache" });
    return;
  }
  if (run.stage !== "idle" && run.stage !== "answer" && run.stage !== "queryAnswer") {
    effects.push({ kind: "dropTask", why: "Another task of the run is open" });
    return;
  }
  if (isExpired(task, run.currentStartedId)) {
    run.stage = "idle";
    effects.push({ kind: "dropTask", why: "Query expired" });
    return;
  }
  run.task = task;
  if (task.legacyQuery !== undefined && task.queries.length > 0) {
    fail(run, problemFailed(fatal("Server issued both normal and legacy query")), effects);
    return;
  }
  if (task.events.length === 0 && task.legacyQuery === undefined && task.queries.length === 0) {
    fail(run, historyMissing("Received an empty workflow task with no queries or history"), effects);
    return;
  }
  const messages = readMessages(task.messages);
  if ("message" in messages) {
    fail(run, problemFailed(messages), effects);
    return;
  }
  run.inbox = messages;
  run.endsBefore = task.endsBefore ?? [];
  run.cursor.load({ ...task, cached: run.lastEventId > 0 });
  run.previousStartedId = task.previousStartedEventId;
  run.replaying = task.previousStartedEventId > 0;
  run.mustApply = true;
  run.heartbeatDue = false;
  if (run.cursor.isShort) fail(run, historyMissing("Fetched empty history page"), effects);
  else proceed(run, effects);
}

function onPage(run: Run, page: Extract<Input, { kind: "page" }>, effects: Effect[]): void {
  if (run.cursor.addPage(page.events, page.nextPageToken)) proceed(run, effects);
  else fail(run, historyMissing("Fetched empty history page"), effects);
}

/** Goes on until workflow code, a page or the server is needed. */
function proceed(run: Run, effects: Effect[]): void {
  while (run.mustApply || (run.jobs.length === 0 && run.replaying)) {
    run.locals.taskBegins();
    const applied = applyNextSlice(run);
    if (applied === "needPage") {
      run.stage = "page";
      const token = run.cursor.token ?? new Uint8Array(0);
      effects.push({ kind: "fetchPage", workflowId: run.task?.workflowId ?? "", runId: run.runId, token });
      return;
    }
    if (applied !== "applied") {
      fail(run, problemFailed(applied), effects);
      return;
    }
    run.mustApply = false;
  }
  if (run.endsBefore.length > 0 && !run.replaying) {
    const problem = onLocalResults(run, run.endsBefore);
    run.endsBefore = [];
    if (problem !== undefined) {
      fail(run, problemFailed(problem), effects);
      return;
    }
  }
  requestLocals(run, effects);
  if (run.jobs.length > 0) {
    run.stage = "jobs";
    effects.push({ kind: "activate", activation: takeJobs(run) });
    return;
  }
  conclude(run, effects);
}

/** All of history is applied and all jobs are done: queries first, then the answer. */
function conclude(run: Run, effects: Effect[]): void {
  const { task } = run;
  if (task === undefined) return;
  if (task.legacyQuery !== undefined) {
    run.stage = "legacyQuery";
    effects.push({ kind: "activate", activation: queryActivation(run, [queryJob(task.legacyQuery)]) });
  } else if (task.queries.length > 0) {
    run.stage = "queries";
    effects.push({ kind: "activate", activation: queryActivation(run, task.queries.map(queryJob)) });
  } else if (run.terminalSeen) {
    run.task = undefined;
    effects.push({ kind: "dropTask", why: "The run is closed" });
    evict(run, { reason: "ended", message: "The run is closed" }, effects);
  } else if (run.locals.outstanding > 0 && !run.heartbeatDue) {
    run.stage = "locals";
    effects.push({ kind: "awaitLocals", taskTimeoutMs: run.taskTimeoutMs });
  } else {
    answer(run, task, undefined, effects);
  }
}

function onLocals(run: Run, results: readonly LocalActivityResult[], effects: Effect[]): void {
  if (run.stage === "gone") return;
  if (run.stage === "jobs" || run.stage === "queries" || run.stage === "legacyQuery") {
    fail(run, problemFailed(fatal("The end of a local activity came while workflow code ran")), effects);
    return;
  }
  const problem = onLocalResults(run, results);
  if (problem !== undefined) fail(run, problemFailed(problem), effects);
  else if (run.stage === "locals") proceed(run, effects);
}

function onHeartbeat(run: Run, effects: Effect[]): void {
  if (run.task === undefined) return;
  run.heartbeatDue = true;
  if (run.stage === "locals") conclude(run, effects);
}

function answer(
  run: Run,
  task: WorkflowTask,
  answers: readonly QueryAnswer[] | undefined,
  effects: Effect[],
): void {
  const results = answers === undefined ? undefined : queryResults(task.queries, answers);
  // Without another task there would be none in which to tell how a local activity ended.
  const again = run.locals.outstanding > 0 || run.jobs.length > 0;
  run.heartbeatDue = false;
  effects.push(answerTask(run, task, { queryResults: results, again }));
  close(run, "answer", effects);
}

/** The open task has its answer. */
function close(run: Run, stage: "answer" | "queryAnswer", effects: Effect[]): void {
  run.stage = stage;
  run.locals.taskBegins();
  run.cursor.release();
  if (run.evictLater !== undefined) evict(run, run.evictLater, effects);
}

function onCompletion(run: Run, completion: Completion, effects: Effect[]): void {
  const { stage, task } = run;
  if (task === undefined || (stage !== "jobs" && stage !== "queries" && stage !== "legacyQuery")) return;
  if (completion.kind === "failure") {
    const cause = completion.forceCause ?? WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE;
    fail(run, { reason: "workflowFailed", cause, failure: completion.failure }, effects);
    return;
  }
  run.flags.useLang(completion.usedFlags);
  run.versioningBehavior = completion.versioningBehavior;
  const split = splitCommands(completion.commands);
  const malformed = malformation(stage, split);
  const problem = malformed === undefined ? feedCommands(run, split.commands) : fatal(malformed);
  if (problem !== undefined) {
    fail(run, problemFailed(problem), effects);
  } else if (stage === "jobs") {
    proceed(run, effects);
  } else if (stage === "queries") {
    answer(run, task, split.answers, effects);
  } else {
    effects.push({ kind: "respondQuery", answer: legacyAnswer(task.taskToken, split.answers[0]!) });
    close(run, "queryAnswer", effects);
  }
}

/** What is wrong with a completion for the activation it answers; a query must not move the workflow. */
function malformation(stage: "jobs" | "queries" | "legacyQuery", split: SplitCommands): string | undefined {
  const { commands, answers } = split;
  if (stage === "jobs") {
    return answers.length === 0
      ? undefined
      : `Workflow code answered query '${answers[0]!.queryId}', which was not asked`;
  }
  if (commands.length > 0)
    return `A query handler made the command '${commands[0]!.kind}'; queries must not change the workflow`;
  if (stage === "queries") return undefined;
  const isAnswer = answers.length === 1 && answers[0]!.queryId === LEGACY_QUERY_ID;
  return isAnswer
    ? undefined
    : `Expected the answer to '${LEGACY_QUERY_ID}' alone, got ${answers.length} answers`;
}

function onAnswered(run: Run, resetHistoryEventId: number, effects: Effect[]): void {
  const { stage } = run;
  if (stage !== "answer" && stage !== "queryAnswer") return;
  run.task = undefined;
  run.stage = "idle";
  if (stage === "answer" && resetHistoryEventId > 0) {
    run.currentStartedId = resetHistoryEventId;
    run.lastEventId -= 2;
    run.machines.forgetAbove(run.lastEventId);
    run.flags.takeBackAnswer();
  }
  const isOver = run.terminalSeen || (run.ended && stage === "answer");
  if (isOver) evict(run, { reason: "ended", message: "The run is closed" }, effects);
}

const refusals: { readonly [Reason in Extract<Input, { kind: "refused" }>["reason"]]: EvictReason } = {
  notFound: "taskNotFound",
  unhandledCommand: "unhandledCommand",
  messageTooLarge: "fatal",
  other: "fatal",
};

function onRefused(run: Run, refused: Extract<Input, { kind: "refused" }>, effects: Effect[]): void {
  const { stage, task } = run;
  if (stage === "gone" || stage === "idle") return;
  const { reason, message } = refused;
  const cause = WorkflowTaskFailedCause.GRPC_MESSAGE_TOO_LARGE;
  const tooLarge: FailureData | undefined =
    reason === "messageTooLarge" ? taskFailure(message, "GrpcMessageTooLarge", true) : undefined;
  if (stage === "queryAnswer" && task !== undefined) {
    run.task = undefined;
    run.stage = "idle";
    if (tooLarge !== undefined) {
      effects.push({ kind: "respondQuery", answer: legacyFailure(task.taskToken, tooLarge, cause) });
    }
    if (run.terminalSeen) evict(run, { reason: "ended", message: "The run is closed" }, effects);
    return;
  }
  if (stage === "answer" && tooLarge !== undefined && task !== undefined && task.attempt < 2) {
    effects.push({ kind: "respondFailed", taskToken: task.taskToken, cause, failure: tooLarge });
  }
  evict(run, { reason: refusals[reason], message }, effects);
}

function onEvict(run: Run, { reason, message }: Extract<Input, { kind: "evict" }>, effects: Effect[]): void {
  if (run.stage === "gone") return;
  const isBusy = run.stage !== "idle" && run.stage !== "answer" && run.stage !== "queryAnswer";
  if (isBusy && reason !== "fatal") {
    run.evictLater ??= { reason, message };
    return;
  }
  if (isBusy) effects.push({ kind: "dropTask", why: message });
  evict(run, { reason, message }, effects);
}
