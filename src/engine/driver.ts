import type { Activation } from "../core/activation.ts";
import type { Completion } from "../core/command.ts";
import type { Effect } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import { step } from "../core/run.ts";
import { decodeGetWorkflowExecutionHistoryResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { visitGetWorkflowExecutionHistoryResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.visit.ts";
import type { RunFacts } from "../workflow/runtime/sandbox-entry.ts";
import type { Answerer } from "./answerer.ts";
import { errorText } from "./error-text.ts";
import { notesInEvents } from "./marker-notes.ts";
import type { PayloadStage } from "./payload-stage.ts";
import type { FromThread, ToThread, WorkerFacts } from "./protocol.ts";
import type { CachedRun, RunCache } from "./run-cache.ts";
import type { Turns } from "./turns.ts";

type Page = Extract<ToThread, { kind: "page" }>;

/** Where the answers of runs go. */
export type Answers = Pick<Answerer, "respond" | "respondFailed" | "respondQuery" | "drop" | "giveUp">;

/** What drives runs. */
export interface DriverParts {
  readonly facts: WorkerFacts;
  readonly turns: Pick<Turns, "activate" | "close">;
  readonly payloads: PayloadStage;
  readonly answerer: Answers;
  readonly cache: Pick<RunCache, "delete">;
  readonly post: (message: FromThread) => void;
  /** Runs the workflow again before a task is answered. Default: nothing of that kind. */
  readonly reruns?: Scrutiny | undefined;
}

/** Has a last look at answers. */
export interface Scrutiny {
  /** Takes note of what a run is told. */
  note(cached: CachedRun, input: Input): void;
  /** Answers the task instead, if there is something wrong; undefined if not. */
  refuse(cached: CachedRun, effect: Extract<Effect, { kind: "respond" }>): Promise<Input | undefined>;
}

/**
 * Carries out what core asks for: the only place where core meets the sandbox, the codecs and the main thread.
 *
 * D1. One input of a run is carried through to its end before the next one; whoever calls `drive` waits for it.
 * D2. Effects are carried out in order. At most one of them asks for something; its answer is the next input.
 * D3. Activations that replay follow each other inside one turn, without a promise or a macrotask for each.
 */
export class Driver {
  readonly #parts: DriverParts;
  readonly #pages: Map<number, (page: Page["page"]) => void> = new Map();
  #lastRequest = 0;

  constructor(parts: DriverParts) {
    this.#parts = parts;
  }

  /** Gives an input to a run and does all that follows from it. */
  async drive(cached: CachedRun, first: Input): Promise<void> {
    this.#parts.reruns?.note(cached, first);
    for (let effects: readonly Effect[] | undefined = step(cached.run, first); effects !== undefined; ) {
      let following: readonly Effect[] | undefined;
      for (const effect of effects) {
        const next: readonly Effect[] | undefined = await this.#carryOut(cached, effect, effects);
        if (next !== undefined) following = next;
      }
      effects = following;
    }
  }

  answerPage({ requestId, page }: Page): void {
    const resolve = this.#pages.get(requestId);
    this.#pages.delete(requestId);
    resolve?.(page);
  }

  /** What follows from it, if it asks for something. */
  async #carryOut(
    cached: CachedRun,
    effect: Effect,
    all: readonly Effect[],
  ): Promise<readonly Effect[] | undefined> {
    if (effect.kind === "activate") return this.#activate(cached, effect);
    const input = await this.#perform(cached, effect, all);
    if (input === undefined) return undefined;
    this.#parts.reruns?.note(cached, input);
    return step(cached.run, input);
  }

  async #perform(
    cached: CachedRun,
    effect: Exclude<Effect, { kind: "activate" }>,
    all: readonly Effect[],
  ): Promise<Input | undefined> {
    const { answerer } = this.#parts;
    switch (effect.kind) {
      case "fetchPage":
        return this.#fetchPage(cached, effect);
      case "evict":
        this.#evict(cached, effect);
        return undefined;
      case "respond":
        return (await this.#parts.reruns?.refuse(cached, effect)) ?? answerer.respond(cached, effect);
      case "respondFailed":
        return answerer.respondFailed(cached, { ...effect, reason: evictionOf(all) });
      case "respondQuery":
        return answerer.respondQuery(cached, effect.answer);
      case "localActivities":
        this.#postLocals(cached, effect);
        return undefined;
      case "awaitLocals":
        this.#parts.post({
          kind: "awaitLocals",
          runId: cached.runId,
          taskId: cached.task?.taskId ?? 0,
          taskTimeoutMs: effect.taskTimeoutMs,
        });
        return undefined;
      case "dropTask":
        answerer.drop(cached, effect.why, evictionOf(all));
        return undefined;
    }
  }

  async #activate(
    cached: CachedRun,
    { activation }: Extract<Effect, { kind: "activate" }>,
  ): Promise<readonly Effect[]> {
    const { turns, facts, answerer } = this.#parts;
    const { task, run } = cached;
    const open = cached.isOpen ? undefined : { ...runFacts(facts, cached), ...cached.facts };
    let after: readonly Effect[] | undefined;
    let isStepping = false;
    const follow = (completion: Completion): Activation | undefined => {
      isStepping = true;
      const effects = step(run, completionOf(completion));
      isStepping = false;
      const [first] = effects;
      if (effects.length === 1 && first?.kind === "activate" && run.stage === "jobs") return first.activation;
      after = effects;
      return undefined;
    };
    const turn = {
      runId: cached.runId,
      shownRunId: run.runId,
      taskId: task?.taskId ?? 0,
      limitMs: task?.limitMs ?? 0,
      activation,
      open,
    };
    const completion = await turns.activate(run.stage === "jobs" ? { follow, ...turn } : turn);
    cached.isOpen = true;
    if (after === undefined && !isStepping) return step(run, completionOf(completion));
    if (completion.kind === "success") return after ?? [];
    // A rejection that nobody handled came to light after core had gone on, or a time limit stopped core on its way.
    const input = await answerer.giveUp(cached, completion.failure);
    return [...step(run, input), ...(after ?? []).filter((effect) => effect.kind === "evict")];
  }

  #postLocals(cached: CachedRun, work: Omit<Extract<Effect, { kind: "localActivities" }>, "kind">): void {
    const { runId, instance, workflowId, workflowType } = cached;
    const { schedule, cancel, cancelAll } = work;
    const of = { runId, instance, workflowId, workflowType };
    this.#parts.post({ kind: "localActivities", ...of, schedule, cancel, cancelAll });
  }

  async #fetchPage(cached: CachedRun, wanted: Extract<Effect, { kind: "fetchPage" }>): Promise<Input> {
    const { post, payloads, facts } = this.#parts;
    const { workflowId, runId, token } = wanted;
    const page = await new Promise<Page["page"]>((resolve) => {
      const requestId = ++this.#lastRequest;
      this.#pages.set(requestId, resolve);
      post({ kind: "wantPage", requestId, workflowId, runId, token });
    });
    if (page.kind === "error") return { kind: "pageFailed", message: page.message };
    try {
      const response = decodeGetWorkflowExecutionHistoryResponse(page.bytes);
      if (facts.transformsPayloads) {
        const notes = notesInEvents(response.history?.events);
        const of = { direction: "decode", workflowId, notes } as const;
        await payloads.transform(response, visitGetWorkflowExecutionHistoryResponse, of);
      }
      const events = response.history?.events ?? [];
      if (cached.task !== undefined) cached.task.events += events.length;
      return { kind: "page", events, nextPageToken: response.nextPageToken };
    } catch (error) {
      return { kind: "pageFailed", message: `A page of history can't be read: ${errorText(error)}` };
    }
  }

  #evict(cached: CachedRun, { message, reason }: Extract<Effect, { kind: "evict" }>): void {
    const { cache, turns, post } = this.#parts;
    cache.delete(cached.runId);
    if (cached.run.locals.wereUsed) {
      this.#postLocals(cached, { schedule: [], cancel: [], cancelAll: true });
    }
    if (cached.isOpen) turns.close(cached.runId, cached.task?.taskId ?? 0);
    cached.isOpen = false;
    post({ kind: "evicted", runId: cached.runId, reason: message === "" ? reason : `${reason}: ${message}` });
  }
}

function completionOf(completion: Completion): Input {
  return { kind: "completion", completion, nowMs: Date.now() };
}

type Eviction = Extract<Effect, { kind: "evict" }>;

/** The eviction that a failed task brings along says why it failed. */
function evictionOf(effects: readonly Effect[]): Eviction | undefined {
  return effects.find((effect): effect is Eviction => effect.kind === "evict");
}

function runFacts(facts: WorkerFacts, { workflowType, keepsWaitSites }: CachedRun): RunFacts {
  return {
    namespace: facts.namespace,
    taskQueue: facts.taskQueue,
    workflowFailureErrorTypes: failureTypes(facts, workflowType),
    registeredActivities: facts.registeredActivities,
    sinks: facts.sinks,
    asksBeforePatching: facts.asksBeforePatching,
    sdk: { name: facts.sdkName, version: facts.sdkVersion },
    keepsWaitSites: keepsWaitSites === true,
    showStackTraceSources: facts.showStackTraceSources,
  };
}

/** Names of error classes that fail a workflow of this type. */
export function failureTypes(
  { workflowFailureErrorTypes: types }: WorkerFacts,
  workflowType: string,
): readonly string[] {
  const ofAll = Object.hasOwn(types, "*") ? types["*"]! : [];
  const ofType = workflowType !== "*" && Object.hasOwn(types, workflowType) ? types[workflowType]! : [];
  return ofType.length === 0 ? ofAll : [...ofAll, ...ofType];
}
