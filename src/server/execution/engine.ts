// Invariants
// E1. Runs change through `transact` alone, and one change never begins inside another: what a change asks of other runs
//     is done later, in the order asked.
// E2. Of one workflow id at most one run is open.

import type { Init } from "../../codec-runtime/init.ts";
import type { WorkflowExecution } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { RunLimits } from "../limits.ts";
import type { Strays, TaskQueueId, WaitingTask } from "../matching/matching.ts";
import { invalidArgument, runNotFound, workflowNotFound } from "../rpc/failures.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import type { Timeline } from "../time/timeline.ts";
import type { SearchAttributeRules, VisibilitySink } from "../visibility/visibility.ts";
import { type Due, syncAlarms } from "./alarms.ts";
import { busy } from "./busy.ts";
import { terminate } from "./close.ts";
import { Run } from "./run.ts";
import type { RunFields } from "./run-state.ts";
import { type SizeWarning, warnOfSizes } from "./size-warnings.ts";
import { SmallMap } from "./small-map.ts";
import { stateTooLarge } from "./state-size.ts";
import { ToldSizes } from "./told-sizes.ts";
import { type Outcome, Transaction } from "./transaction.ts";
import { visibilityRow } from "./visibility-row.ts";

/** What the engine needs of the rest of the server. */
export interface EngineParts {
  readonly newTimeline: () => Timeline;
  /** The time of what belongs to no run. */
  readonly nowMs: () => number;
  readonly queues: {
    add<Answer>(queue: TaskQueueId, task: WaitingTask<Answer>): void;
    /** Whether somebody polls it, or did not long ago: within `withinMs`, else within the time after which a sticky queue is given up. */
    hasRecentPoller(queue: TaskQueueId, withinMs?: number): boolean;
    readonly strays: Readonly<Strays>;
  };
  readonly visibility: VisibilitySink;
  readonly searchAttributes: SearchAttributeRules;
  readonly namespaceId: (namespace: string) => string;
  /** How long closed runs of a namespace are kept. */
  readonly retentionMs: (namespace: string) => number;
  readonly limits: RunLimits;
  /** An effect failed: a defect of the server, not of a caller. */
  readonly onDefect: (what: string, error: unknown) => void;
  readonly onWarning?: ((warning: SizeWarning) => void) | undefined;
  /** Called after each committed change, in tests: rebuilt must equal live. */
  readonly verify?: (run: Run) => void;
}

interface Workflow {
  /** The newest run; none once that was removed, though earlier ones may be left. */
  current: Run | undefined;
  readonly runs: SmallMap<string, Run>;
}

/** What reacts to changes of runs: one place each, set when the server is put together. */
export interface Reactions {
  /** A workflow task waits for a worker. */
  dispatchTask(run: Run): void;
  /** Something became due. */
  due(run: Run, due: Due): void;
  /** The run has just closed. */
  closed(run: Run): void;
}

/** All runs of all namespaces, and the way to change them. */
export class Engine {
  readonly parts: EngineParts;
  readonly #namespaces: Map<string, Map<string, Workflow>> = new Map();
  readonly #later: (() => void)[] = [];
  readonly #given: ConstructorParameters<typeof Transaction>[1];
  readonly #told: ToldSizes = new ToldSizes();
  #reactions: Reactions | undefined;
  #draining = false;
  #changing = false;
  #lastTaskId = 1_048_576;

  readonly #onDue = (run: Run, due: Due): void => this.#reactions?.due(run, due);

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.#given = { limits: parts.limits, nextTaskId: () => (this.#lastTaskId += 1) };
  }

  /** Says who reacts; once, before the first run. */
  connect(reactions: Reactions): void {
    this.#reactions = reactions;
  }

  /** The newest run of a workflow. Once it is removed there is none until the next start: that is how the real server does it. */
  current(namespace: string, workflowId: string): Run | undefined {
    return this.#namespaces.get(namespace)?.get(workflowId)?.current;
  }

  /** One run by its id. */
  run(namespace: string, workflowId: string, runId: string): Run | undefined {
    return this.#namespaces.get(namespace)?.get(workflowId)?.runs.get(runId);
  }

  /** All runs of a namespace. */
  *runs(namespace: string): Generator<Run> {
    for (const workflow of this.#namespaces.get(namespace)?.values() ?? []) yield* workflow.runs.values();
  }

  /**
   * The run that a request names: the one of its run id, or the newest.
   *
   * @throws {ServiceFailure} INVALID_ARGUMENT for a malformed execution, NOT_FOUND when there is none
   */
  find(namespace: string, execution: Init<WorkflowExecution> | undefined): Run {
    checkExecution(execution);
    const workflowId = execution?.workflowId ?? "";
    const runId = execution?.runId ?? "";
    const found = runId ? this.run(namespace, workflowId, runId) : this.current(namespace, workflowId);
    if (!found) throw runId ? runNotFound(workflowId, runId) : workflowNotFound(workflowId);
    return found;
  }

  /** Registers a run and makes its first change. It counts only if that change succeeds. */
  create<Result>(
    init: ConstructorParameters<typeof Run>[0],
    change: (tx: Transaction) => Result,
  ): { readonly run: Run; readonly result: Result } {
    const run = new Run(init);
    const result = this.#change(run, change, () => this.#register(run));
    return { run, result };
  }

  /** Changes a run: all of it or, when `change` throws, nothing. */
  transact<Result>(run: Run, change: (tx: Transaction) => Result): Result {
    return this.#change(run, change, () => {});
  }

  /** Does something once the present change and all that was asked for before are done. */
  later(work: () => void): void {
    this.#later.push(work);
    if (!this.#draining && !this.#changing) this.#drain();
  }

  /**
   * Whether a run takes no signal now because it may be about to close: then `work`, which is to try again, is done once that is
   * decided. The real server makes such tasks of its own again and again until then.
   */
  whenDecided(run: Run, work: () => void): boolean {
    if (!run.closing) return false;
    run.waiting = [...(run.waiting ?? []), work];
    return true;
  }

  /** Forgets all runs of a namespace, without a word to them. */
  removeNamespace(namespace: string): void {
    for (const run of [...this.runs(namespace)]) this.remove(run);
    this.#namespaces.delete(namespace);
  }

  /** Forgets a run and its history. */
  remove(run: Run): void {
    const workflows = this.#namespaces.get(run.namespace);
    const workflow = workflows?.get(run.workflowId);
    if (!workflow) return;
    workflow.runs.delete(run.runId);
    for (const alarm of run.alarms.values()) alarm.cancel();
    run.held?.release();
    run.kept?.cancel();
    this.parts.visibility.remove(run.namespace, run.runId);
    if (workflow.current === run) workflow.current = undefined;
    if (workflow.runs.size === 0) workflows?.delete(run.workflowId);
  }

  #register(run: Run): void {
    const workflows = this.#namespaces.get(run.namespace) ?? new Map<string, Workflow>();
    this.#namespaces.set(run.namespace, workflows);
    const workflow = workflows.get(run.workflowId);
    if (workflow) {
      workflow.current = run;
      workflow.runs.set(run.runId, run);
    } else {
      const runs = new SmallMap<string, Run>();
      runs.set(run.runId, run);
      workflows.set(run.workflowId, { current: run, runs });
    }
  }

  #change<Result>(run: Run, change: (tx: Transaction) => Result, committed: () => void): Result {
    if (this.#changing) throw new Error(`a change of ${run.workflowId} began inside another change`);
    this.#changing = true;
    const { state } = run;
    const before = state.fields;
    const tx = new Transaction(run, this.#given);
    let result: Result;
    let outcome: Outcome;
    try {
      state.begin();
      result = change(tx);
      outcome = tx.close();
      if (tx.running) checkSize(tx, before);
    } catch (error) {
      state.rollback();
      this.#changing = false;
      if (isRunFull(error)) this.#endFull(run, error.message);
      throw error;
    }
    this.#changing = false;
    const changed = {
      timers: [...state.timers.changedKeys()],
      activities: [...state.activities.changedKeys()],
    };
    state.commit();
    committed();
    const { sizeBytes } = run.history;
    for (const batch of outcome.batches) run.history.append(batch);
    const { onWarning } = this.parts;
    if (onWarning !== undefined) {
      const written = { batches: outcome.batches, sizeBytes, activities: changed.activities };
      warnOfSizes(run, written, this.#told, onWarning);
    }
    this.#afterCommit(run, before, outcome, changed);
    return result;
  }

  /** A run for which there is no more room ends; the change that would have been too much has not happened. */
  #endFull(run: Run, reason: string): void {
    if (run.fields.closeMs !== undefined) return;
    this.transact(run, (tx) => terminate(tx, { reason, identity: "history-service" }));
  }

  #afterCommit(
    run: Run,
    before: RunFields,
    outcome: Outcome,
    changed: { readonly timers: readonly string[]; readonly activities: readonly number[] },
  ): void {
    const reactions = this.#reactions;
    const { fields } = run;
    this.parts.verify?.(run);
    syncAlarms(run, changed, this.#onDue);
    this.#syncHold(run);
    if (shows(before, fields, outcome)) this.parts.visibility.put(visibilityRow(run));
    for (const effect of outcome.effects) this.later(effect);
    const { task } = fields;
    if (task !== undefined && task.startedId === 0 && task.stamp !== before.task?.stamp) {
      this.later(() => reactions?.dispatchTask(run));
    }
    if (fields.closeMs !== undefined && before.closeMs === undefined)
      this.later(() => reactions?.closed(run));
    if (run.waiting !== undefined && !run.closing) {
      for (const work of run.waiting) this.later(work);
      run.waiting = undefined;
    }
    if (!this.#draining) this.#drain();
  }

  #syncHold(run: Run): void {
    const work = busy(run);
    const { held } = run;
    if (work === held?.work) return;
    // The new hold comes before the old one goes, so that the tree is busy throughout.
    run.held = work === undefined ? undefined : { work, release: run.timeline.hold(work === "firm") };
    held?.release();
  }

  #drain(): void {
    this.#draining = true;
    for (let work = this.#later.shift(); work !== undefined; work = this.#later.shift()) {
      try {
        work();
      } catch (error) {
        if (!isRunFull(error)) this.parts.onDefect("an effect of a change", error);
      }
    }
    this.#draining = false;
  }
}

const COUNT_EXCEEDED = "Workflow history count exceeds limit.";
const SIZE_EXCEEDED = "Workflow history size exceeds limit.";
const STATE_EXCEEDED = "Workflow mutable state size exceeds limit.";
const FULL: ReadonlySet<string> = new Set([COUNT_EXCEEDED, SIZE_EXCEEDED, STATE_EXCEEDED]);

/** @throws {ServiceFailure} INVALID_ARGUMENT when a run that goes on has more than the server keeps of one */
function checkSize(tx: Transaction, before: RunFields): void {
  const { run, countedEvents, limits } = tx;
  if (countedEvents > limits.historyEvents) throw invalidArgument(COUNT_EXCEEDED);
  if (run.history.sizeBytes > limits.historyBytes) throw invalidArgument(SIZE_EXCEEDED);
  if (stateTooLarge(tx, before)) throw invalidArgument(STATE_EXCEEDED);
}

/** Whether a change failed because there is no more room for the run. The run has ended by that. */
export function isRunFull(error: unknown): error is ServiceFailure {
  return error instanceof ServiceFailure && FULL.has(error.message);
}

function shows(before: RunFields, after: RunFields, { batches }: Outcome): boolean {
  return (
    before.status !== after.status ||
    before.searchAttributes !== after.searchAttributes ||
    before.buildIds !== after.buildIds ||
    before.binaryChecksums !== after.binaryChecksums ||
    before.reportedProblem !== after.reportedProblem ||
    before.memo !== after.memo ||
    before.backingOff !== after.backingOff ||
    batches.some((batch) => batch[0]?.eventId === 1)
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text can be a run id. */
export function isRunId(text: string): boolean {
  return UUID.test(text);
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when a request does not name a workflow as it should */
export function checkExecution(execution: Init<WorkflowExecution> | undefined): void {
  if (execution === undefined) throw invalidArgument("Execution is not set on request.");
  if (!execution.workflowId) throw invalidArgument("WorkflowId is not set on request.");
  if (execution.runId && !isRunId(execution.runId)) throw invalidArgument("Invalid RunId.");
}
