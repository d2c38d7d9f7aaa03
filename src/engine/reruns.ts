import type { DeterminismReport } from "../common/determinism-violation.ts";
import type { FailureData } from "../core/activation.ts";
import type { Effect } from "../core/effect.ts";
import type { EvictReason, Input } from "../core/input.ts";
import { LOCAL_ACTIVITY } from "../core/local-activities.ts";
import type { LocalActivityResult } from "../core/local-activity-jobs.ts";
import { createRun } from "../core/run.ts";
import type { RunOptions } from "../core/run-state.ts";
import type { WorkflowTask } from "../core/task.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { PatchDecision } from "../workflow/runtime/sandbox-entry.ts";
import type { FailedTask } from "./answerer.ts";
import { closedDriver } from "./closed-driver.ts";
import type { DriverParts, Scrutiny } from "./driver.ts";
import { engineFailure } from "./failure.ts";
import { mappedFrames, mappedReport } from "./replay-answers.ts";
import { type Commands, commandDifference } from "./rerun-commands.ts";
import type { CachedRun } from "./run-cache.ts";

type Respond = Extract<Effect, { kind: "respond" }>;

/** What reruns take: the parts of the thread that live runs go through too. */
export interface RerunsParts extends Pick<DriverParts, "facts" | "turns" | "payloads"> {
  readonly mapStack: (stack: string) => string;
  /** Fails the open task of a run; gives the input that makes core forget it. */
  readonly fail: (cached: CachedRun, failure: FailureData) => Promise<Input>;
  /** Sends what a run logged so far. */
  readonly flushObserved: (runId: string) => void;
  /** Drops what a run logged since then. */
  readonly forget: (runId: string) => void;
}

/** What comes of local activities while a run has a task, and between tasks. */
type LocalNews = Extract<Input, { kind: "localResults" | "heartbeat" }>;

/** What is known of a live run's history. */
interface Known {
  /** By event id - 1. */
  readonly events: (HistoryEvent | undefined)[];
  task: WorkflowTask | undefined;
  /** Ends of local activities, and the heartbeat, that came while the task waited for them, in order. */
  told: Input[];
  /** Ends that came before the task, or while its history was fetched: it began with them. */
  toldBefore: LocalActivityResult[];
  /** Ends that came since the last answer: the task to come begins with them. */
  toldEarly: LocalActivityResult[];
}

function newKnown(): Known {
  return { events: [], task: undefined, told: [], toldBefore: [], toldEarly: [] };
}

function noteTold(known: Known, { run }: CachedRun, input: LocalNews): void {
  const isTold = ({ seq }: LocalActivityResult): boolean => {
    const machine = run.machines.find(LOCAL_ACTIVITY, seq);
    return typeof machine !== "string" && machine.state === "requestSent";
  };
  if (run.stage === "locals") known.told.push(input);
  else if (input.kind === "localResults") {
    const list = run.stage === "page" ? known.toldBefore : known.toldEarly;
    list.push(...input.results.filter(isTold));
  }
}

/** What a rerun came to. */
interface Rerun {
  readonly commands: Commands | undefined;
  readonly failure:
    | {
        readonly failure: FailureData;
        readonly reason: EvictReason;
        readonly report?: DeterminismReport | undefined;
      }
    | undefined;
  stackOf(index: number): string | undefined;
}

/**
 * Runs a workflow again from its start, each time a task of it is done, and compares: code that is not deterministic fails on its
 * author's machine and at its first task.
 *
 * N1. A rerun has no effect: it has a run, a sandbox instance and an answer of its own, and what it logs is dropped.
 * N2. History is compared as in any replay; the commands of the task at hand, which history does not hold yet, one by one.
 * N3. Local activities are not run twice: the rerun is told of their ends as the run was, those between two tasks with the first
 *     activation of the second one, the others one activation after the other.
 */
export class Reruns implements Scrutiny {
  readonly #parts: RerunsParts;
  readonly #known: WeakMap<CachedRun, Known> = new WeakMap();
  readonly #decisions: WeakMap<CachedRun, Map<string, PatchDecision>> = new WeakMap();
  #count = 0;

  constructor(parts: RerunsParts) {
    this.#parts = parts;
  }

  /** Takes note of the history that comes with an input of a live run. */
  note(cached: CachedRun, input: Input): void {
    const known = this.#known.get(cached) ?? newKnown();
    this.#known.set(cached, known);
    if (input.kind === "localResults" || input.kind === "heartbeat") noteTold(known, cached, input);
    if (input.kind !== "task" && input.kind !== "page") return;
    // A query alone leaves the run where it is.
    if (input.kind === "task" && input.task.startedEventId > 0) {
      known.told = [];
      known.toldBefore = known.toldEarly;
      known.toldEarly = [];
    }
    const events = input.kind === "task" ? input.task.events : input.events;
    if (input.kind === "task") known.task = input.task;
    // What a speculative task showed may be taken back; later events then have the same ids.
    for (const event of events) known.events[Number(event.eventId) - 1] = event;
  }

  /** Asks once, and gives reruns the same answer: the user's callback may count. */
  decide(cached: CachedRun | undefined, patchId: string, ask: () => PatchDecision): PatchDecision {
    if (cached === undefined) return ask();
    const decisions = this.#decisions.get(cached) ?? new Map<string, PatchDecision>();
    this.#decisions.set(cached, decisions);
    const decision = decisions.get(patchId) ?? ask();
    decisions.set(patchId, decision);
    return decision;
  }

  async refuse(cached: CachedRun, effect: Respond): Promise<Input | undefined> {
    const failure = await this.#check(cached, effect);
    return failure && this.#parts.fail(cached, failure);
  }

  /** The failure of the open task, when running the workflow again makes a difference. */
  async #check(cached: CachedRun, { answer }: Respond): Promise<FailureData | undefined> {
    const known = this.#known.get(cached);
    const { task } = known ?? {};
    if (known === undefined || task === undefined || task.startedEventId === 0) return undefined;
    const events = known.events.slice(0, task.startedEventId);
    if (events.length < task.startedEventId || events.includes(undefined)) return undefined;
    // No event is missing, as was just seen.
    const again: WorkflowTask = {
      ...task,
      events: events as HistoryEvent[],
      nextPageToken: new Uint8Array(0),
      queries: [],
      endsBefore: known.toldBefore,
    };
    const commands = answer.commands ?? [];
    const { told } = known;
    const first = await this.#run(cached, again, { told, tracesCommands: false });
    if (this.#difference(first, commands) === undefined) return undefined;
    // Once more, to know where in the code the difference is.
    return this.#difference(await this.#run(cached, again, { told, tracesCommands: true }), commands);
  }

  #difference(rerun: Rerun, commands: Commands): FailureData | undefined {
    const { failure, commands: others } = rerun;
    if (failure !== undefined) {
      const { message = "", stackTrace = "" } = failure.failure;
      return differs(message, failure.report?.command?.stack ?? stackTrace);
    }
    if (others === undefined) return undefined;
    const difference = commandDifference(commands, others);
    return difference && differs(difference.text, rerun.stackOf(difference.at) ?? "");
  }

  async #run(
    cached: CachedRun,
    task: WorkflowTask,
    { told, tracesCommands }: { readonly told: readonly Input[]; readonly tracesCommands: boolean },
  ): Promise<Rerun> {
    const { facts, turns, payloads, mapStack, flushObserved, forget } = this.#parts;
    const runId = `rerun ${++this.#count} ${cached.runId}`;
    const options: RunOptions = { ...cached.run.options, nondeterminismFailsWorkflow: false };
    const run = createRun(options);
    const again: CachedRun = {
      ...cached,
      runId,
      run,
      facts: { ...cached.facts, tracesCommands },
      isOpen: false,
      task: cached.task,
    };
    const answers = new RerunAnswers();
    flushObserved(cached.runId);
    // All of its history is there.
    const driver = closedDriver({ facts, turns, payloads, answerer: answers }, "the rerun lacks events");
    await driver.drive(again, { kind: "task", task });
    for (const input of told) if (run.stage === "locals") await driver.drive(again, input);
    const { failed } = answers;
    // One that waits for local activities has what came before their ends.
    const commands = answers.commands ?? (run.stage === "locals" ? run.commands.outgoing() : undefined);
    const stacks = commands?.map((_, index) => run.commands.stackAt(index));
    await driver.drive(again, { kind: "evict", reason: "fatal", message: "Rerun" });
    // The inside names runs by their own id.
    forget(cached.runId);
    const report = failed?.conflict === undefined ? undefined : mappedReport(failed.conflict, mapStack);
    const failure = failed && { failure: failed.failure, reason: failed.reason?.reason ?? "fatal", report };
    const stackOf = (index: number): string | undefined => {
      const stack = stacks?.[index];
      return stack === undefined ? undefined : mappedFrames(stack, mapStack);
    };
    return { commands, failure, stackOf };
  }
}

/** Keeps the answer of a rerun instead of sending it. */
class RerunAnswers {
  commands: Commands | undefined = undefined;
  failed: FailedTask | undefined = undefined;

  async respond(_: CachedRun, { answer }: Respond): Promise<undefined> {
    this.commands ??= answer.commands ?? [];
  }

  async respondFailed(_: CachedRun, failed: FailedTask): Promise<undefined> {
    this.failed ??= failed;
  }

  async respondQuery(): Promise<undefined> {}

  drop(): void {}

  async giveUp(_: CachedRun, failure: FailureData): Promise<Input> {
    this.failed ??= { taskToken: new Uint8Array(0), cause: 0, failure, reason: undefined };
    return { kind: "evict", reason: "fatal", message: failure.message ?? "" };
  }
}

const ADVICE =
  "workflow code must do the same each time it runs: look for state outside of the workflow function, unordered iteration, or " +
  "values from elsewhere";

function differs(text: string, stackTrace: string): FailureData {
  const message = `[TMPRL1100] Nondeterminism error: replayOnEveryTask ran the workflow again from its start and found a difference: ${text}. ${ADVICE}`;
  return engineFailure(message, "DeterminismViolationError", { stackTrace });
}
