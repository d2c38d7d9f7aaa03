import type { Effect } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import { step } from "../core/run.ts";
import { decodeGetWorkflowExecutionHistoryResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { visitGetWorkflowExecutionHistoryResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.visit.ts";
import type { RunFacts } from "../workflow/runtime/sandbox-entry.ts";
import type { Answerer } from "./answerer.ts";
import { errorText } from "./error-text.ts";
import type { PayloadStage } from "./payload-stage.ts";
import type { FromThread, ToThread, WorkerFacts } from "./protocol.ts";
import type { CachedRun, RunCache } from "./run-cache.ts";
import type { Turns } from "./turns.ts";

type Page = Extract<ToThread, { kind: "page" }>;

/** What drives runs. */
export interface DriverParts {
  readonly facts: WorkerFacts;
  readonly turns: Turns;
  readonly payloads: PayloadStage;
  readonly answerer: Answerer;
  readonly cache: RunCache;
  readonly post: (message: FromThread) => void;
}

/**
 * Carries out what core asks for: the only place where core meets the sandbox, the codecs and the main thread.
 *
 * D1. One input of a run is carried through to its end before the next one; whoever calls `drive` waits for it.
 * D2. Effects are carried out in order. At most one of them asks for something; its answer is the next input.
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
    for (let input: Input | undefined = first; input !== undefined; ) {
      const effects = step(cached.run, input);
      input = undefined;
      for (const effect of effects) {
        const next: Input | undefined = await this.#carryOut(cached, effect, effects);
        if (next !== undefined) input = next;
      }
    }
  }

  answerPage({ requestId, page }: Page): void {
    const resolve = this.#pages.get(requestId);
    this.#pages.delete(requestId);
    resolve?.(page);
  }

  async #carryOut(cached: CachedRun, effect: Effect, all: readonly Effect[]): Promise<Input | undefined> {
    const { answerer } = this.#parts;
    switch (effect.kind) {
      case "activate":
        return this.#activate(cached, effect);
      case "fetchPage":
        return this.#fetchPage(cached, effect);
      case "evict":
        this.#evict(cached, effect);
        return undefined;
      case "respond":
        return answerer.respond(cached, effect);
      case "respondFailed":
        return answerer.respondFailed(cached, { ...effect, reason: evictionOf(all) });
      case "respondQuery":
        return answerer.respondQuery(cached, effect.answer);
      case "dropTask":
        answerer.drop(cached, effect.why, evictionOf(all));
        return undefined;
    }
  }

  async #activate(cached: CachedRun, { activation }: Extract<Effect, { kind: "activate" }>): Promise<Input> {
    const { turns, facts } = this.#parts;
    const { task } = cached;
    const completion = await turns.activate({
      runId: cached.runId,
      taskId: task?.taskId ?? 0,
      timed: task?.timed === true,
      activation,
      open: cached.isOpen ? undefined : runFacts(facts, cached),
    });
    cached.isOpen = true;
    return { kind: "completion", completion };
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
        const of = { direction: "decode", workflowId } as const;
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
    if (cached.isOpen) turns.close(cached.runId, cached.task?.taskId ?? 0);
    cached.isOpen = false;
    post({ kind: "evicted", runId: cached.runId, reason: message === "" ? reason : `${reason}: ${message}` });
  }
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
    keepsWaitSites,
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
