import type { Draft } from "../codec-runtime/init.ts";
import { ENHANCED_STACK_TRACE_QUERY_NAME, STACK_TRACE_QUERY_NAME } from "../common/reserved-names.ts";
import type { FailureData } from "../core/activation.ts";
import type { Input } from "../core/input.ts";
import type { LocalActivityResult } from "../core/local-activity-jobs.ts";
import { createRun } from "../core/run.ts";
import { parseTask, type WorkflowTask } from "../core/task.ts";
import {
  decodePollWorkflowTaskQueueResponse,
  type PollWorkflowTaskQueueResponse,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { visitPollWorkflowTaskQueueResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.visit.ts";
import type { PatchDecision } from "../workflow/runtime/sandbox-entry.ts";
import { Answerer, failureOf } from "./answerer.ts";
import { readBundle } from "./bundle.ts";
import { Driver, failureTypes } from "./driver.ts";
import { errorStack, errorText } from "./error-text.ts";
import { HostCalls } from "./host-calls.ts";
import { notesInEvents } from "./marker-notes.ts";
import { ObservedBatches } from "./observed-batches.ts";
import { PayloadStage } from "./payload-stage.ts";
import { createProgress } from "./progress.ts";
import {
  type FromThread,
  PROTOCOL_VERSION,
  secondLookMs,
  type ThreadInit,
  type ToThread,
} from "./protocol.ts";
import { Replays } from "./replays.ts";
import { Reruns } from "./reruns.ts";
import { type CachedRun, RunCache } from "./run-cache.ts";
import type { EnginePlatform, SandboxOptions } from "./sandbox.ts";
import { createStackMapper } from "./source-map.ts";
import { Turns } from "./turns.ts";
import { WALL_VERSION } from "./wall-version.ts";

/** The thread's end of its channel to the main thread. */
export interface EnginePort {
  post(message: FromThread): void;
  /** Called once, before `init` arrives. */
  onMessage(callback: (message: ToThread) => void): void;
}

/**
 * Starts the engine behind a port: waits for `init`, says `ready` or `initFailed`, then handles tasks until `close`.
 *
 * @example
 * startEngine({ post: (m) => port.postMessage(m), onMessage: (f) => port.on("message", f) }, platform, { ownRealm: true });
 */
export function startEngine(port: EnginePort, platform: EnginePlatform, options: SandboxOptions): void {
  let engine: Engine | undefined;
  port.onMessage((message) => {
    if (message.kind !== "init") {
      engine?.receive(message);
      return;
    }
    try {
      engine = new Engine(message, { post: (answer) => port.post(answer), platform, options });
      port.post({ kind: "ready", workflowTypes: engine.workflowTypes() });
    } catch (error) {
      port.post({ kind: "initFailed", message: errorText(error), stack: errorStack(error) });
    }
  });
}

interface EngineParts {
  readonly post: (message: FromThread) => void;
  readonly platform: EnginePlatform;
  readonly options: SandboxOptions;
}

type TaskMessage = Extract<ToThread, { kind: "task" }>;

/**
 * All runs of one thread.
 *
 * E1. The inputs of a run are handled one after the other; those of different runs take turns in the sandbox.
 * E2. A task is always answered, by the thread if by nobody else: an error of the engine itself fails the task.
 */
class Engine {
  readonly #init: ThreadInit;
  readonly #post: (message: FromThread) => void;
  readonly #cache: RunCache;
  readonly #turns: Turns;
  readonly #payloads: PayloadStage;
  readonly #answerer: Answerer;
  readonly #driver: Driver;
  readonly #replays: Replays;
  readonly #reruns: Reruns | undefined;
  readonly #hostCalls: HostCalls;
  readonly #sandboxTypes: () => readonly string[];
  readonly #ownRealm: boolean;
  /** By instance of the run. */
  readonly #localResults: Map<number, LocalActivityResult[]> = new Map();
  #lastInstance = 0;
  /** By run id: the end of what is to be done for it (E1). */
  readonly #tails: Map<string, Promise<void>> = new Map();

  constructor(init: ThreadInit, { post, platform, options }: EngineParts) {
    if (init.protocolVersion !== PROTOCOL_VERSION) {
      throw new Error(
        `The worker speaks thread protocol ${init.protocolVersion}, its workflow thread ${PROTOCOL_VERSION}: files of ` +
          "different versions of Perdure were mixed",
      );
    }
    this.#init = init;
    this.#post = post;
    const bundle = readBundle(init.bundle, WALL_VERSION);
    const observed = new ObservedBatches(post, init.worker.logLevel);
    const { mapStack, framesOf } = createStackMapper(bundle.sourceMap);
    this.#hostCalls = new HostCalls(post, options.ownRealm);
    const sandbox = platform.createSandbox(
      bundle,
      {
        ...platform.host,
        observe: (runId, call) => observed.add(runId, call),
        mapStack,
        framesOf,
        activatePatch: (runId, patchId, info) => this.#activatePatch(runId, patchId, info),
      },
      options,
    );
    this.#sandboxTypes = () => {
      sandbox.setTimeLimit(platform.alwaysTimed ? init.worker.deadlockTimeoutMs : 0);
      return sandbox.workflowTypes();
    };
    this.#ownRealm = options.ownRealm;
    const facts = init.worker;
    this.#cache = new RunCache(facts.maxCachedWorkflows);
    this.#turns = new Turns({
      sandbox,
      platform,
      progress: createProgress(init.progress),
      limitMs: facts.deadlockTimeoutMs,
      mapStack,
      onStrayRejection: (reason) => this.#stray(reason),
    });
    this.#payloads = new PayloadStage(post);
    const flushObserved = (runId: string): void => observed.flush(runId);
    this.#answerer = new Answerer({ facts, payloads: this.#payloads, post, flushObserved });
    const fail = (cached: CachedRun, failure: FailureData): Promise<Input> =>
      this.#answerer.refuse(cached, failure);
    const forget = (runId: string): void => observed.forget(runId);
    const common = { facts, turns: this.#turns, payloads: this.#payloads, mapStack };
    this.#reruns =
      facts.replayOnEveryTask === true ? new Reruns({ ...common, fail, flushObserved, forget }) : undefined;
    this.#driver = new Driver({
      facts,
      post,
      payloads: this.#payloads,
      turns: this.#turns,
      answerer: this.#answerer,
      cache: this.#cache,
      reruns: this.#reruns,
    });
    this.#replays = new Replays({ ...common, post, flushObserved });
  }

  #activatePatch(runId: string, patchId: string, info: { readonly [key: string]: unknown }): PatchDecision {
    const ask = (): PatchDecision => this.#hostCalls.activatePatch(runId, patchId, info);
    return this.#reruns === undefined ? ask() : this.#reruns.decide(this.#cache.get(runId), patchId, ask);
  }

  /**
   * Names for logs. Modules that can only be evaluated in a run, or not at all, have none here: they fail the tasks of their
   * runs with their own error.
   */
  workflowTypes(): readonly string[] {
    try {
      return this.#sandboxTypes();
    } catch {
      return [];
    }
  }

  receive(message: Exclude<ToThread, ThreadInit>): void {
    switch (message.kind) {
      case "task":
        this.#then(message.runId, () => this.#onTask(message));
        break;
      case "page":
        this.#driver.answerPage(message);
        break;
      case "payloads":
        this.#payloads.answer(message);
        break;
      case "answered":
        this.#then(message.runId, () => this.#onAnswered(message));
        break;
      case "evict":
        this.#then(message.runId, () => this.#onEvict(message));
        break;
      case "close":
        this.close();
        break;
      case "hostResult":
        this.#hostCalls.answer(message);
        break;
      case "replay":
        void this.#replays.replay(message);
        break;
      case "localActivityResult":
        this.#onLocalResult(message);
        break;
      case "heartbeatTask":
        this.#then(message.runId, () => this.#onHeartbeat(message));
        break;
    }
  }

  close(): void {
    this.#turns.stop();
  }

  /** Appends to what is done for a run. */
  #then(runId: string, work: () => Promise<void>): void {
    const tail = (this.#tails.get(runId) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      this.#post({ kind: "fatal", message: errorText(error), stack: errorStack(error) });
    });
    this.#tails.set(runId, tail);
    void tail.then(() => {
      if (this.#tails.get(runId) === tail) this.#tails.delete(runId);
    });
  }

  async #onTask(message: TaskMessage): Promise<void> {
    const read = await this.#read(message);
    if (read === undefined) return;
    const { cached, task } = read;
    await this.#driveSafely(cached, { kind: "task", task });
    this.#shrink();
  }

  /** Decodes a task and finds its run. Undefined when the task was answered at once. */
  async #read(message: TaskMessage): Promise<{ cached: CachedRun; task: WorkflowTask } | undefined> {
    let response: PollWorkflowTaskQueueResponse;
    try {
      response = decodePollWorkflowTaskQueueResponse(message.bytes);
    } catch (error) {
      this.#unreadable(message, `The workflow task can't be read: ${errorText(error)}`);
      return undefined;
    }
    const cached = await this.#open(message, response);
    try {
      if (this.#init.worker.transformsPayloads) {
        const notes = notesInEvents(response.history?.events);
        const of = { direction: "decode", workflowId: cached.workflowId, notes } as const;
        // A decoded message is a draft of itself.
        const draft = response as Draft<PollWorkflowTaskQueueResponse>;
        await this.#payloads.transform(draft, visitPollWorkflowTaskQueueResponse, of);
      }
    } catch (error) {
      await this.#fail(cached, error);
      return undefined;
    }
    const parsed = parseTask(response);
    if (parsed.kind === "task") return { cached, task: parsed.task };
    const why = parsed.kind === "empty" ? "The workflow task is empty" : parsed.message;
    this.#answerer.drop(cached, why, undefined);
    await this.#give(cached.runId, { kind: "evict", reason: "fatal", message: why });
    return undefined;
  }

  async #open(message: TaskMessage, response: PollWorkflowTaskQueueResponse): Promise<CachedRun> {
    const { runId } = message;
    const workflowType = response.workflowType?.name ?? "";
    const keepsWaitSites = asksForStacks(response);
    if (keepsWaitSites) await this.#forgetWithoutSites(runId);
    const cached =
      this.#cache.get(runId) ??
      this.#create(runId, response.workflowExecution?.workflowId ?? "", workflowType);
    if (!cached.isOpen) cached.keepsWaitSites = keepsWaitSites;
    cached.task = {
      taskId: message.taskId,
      taskToken: response.taskToken,
      attempt: response.attempt,
      isQuery: response.query !== undefined,
      eagerSlots: message.eagerSlots,
      limitMs: limitOf(message, this.#init.worker),
      events: response.history?.events.length ?? 0,
    };
    this.#cache.touch(cached);
    return cached;
  }

  /** Where a run waits is known only to one that was replayed for it: the task brings or fetches its history. */
  async #forgetWithoutSites(runId: string): Promise<void> {
    const cached = this.#cache.get(runId);
    if (cached === undefined || cached.keepsWaitSites) return;
    // Local activities that run would be lost.
    if (cached.run.stage !== "idle" || cached.run.locals.outstanding > 0) return;
    await this.#give(runId, { kind: "evict", reason: "requested", message: "Its stacks are asked for" });
  }

  #create(runId: string, workflowId: string, workflowType: string): CachedRun {
    const { worker } = this.#init;
    const run = createRun({
      runId,
      taskQueue: worker.taskQueue,
      sdkName: worker.sdkName,
      sdkVersion: worker.sdkVersion,
      serverSupportsSdkMetadata: worker.capabilities.sdkMetadata,
      nondeterminismFailsWorkflow: nondeterminismNames.some((name) =>
        failureTypes(worker, workflowType).includes(name),
      ),
      ...(worker.deployment === undefined
        ? {}
        : {
            deploymentVersion: {
              deploymentName: worker.deployment.deploymentName,
              buildId: worker.deployment.buildId,
            },
          }),
    });
    const instance = ++this.#lastInstance;
    return { runId, workflowId, workflowType, run, instance, isOpen: false, task: undefined };
  }

  #unreadable({ taskId, runId }: TaskMessage, why: string): void {
    this.#post({
      kind: "completion",
      taskId,
      runId,
      answer: { kind: "none", why },
      eagerSlotsUsed: 0,
      workflowType: "",
      failure: { reason: "workflow", message: why, stack: "" },
      replayedEvents: 0,
    });
  }

  async #onAnswered(message: Extract<ToThread, { kind: "answered" }>): Promise<void> {
    const { runId, outcome } = message;
    const input: Input =
      outcome.kind === "accepted"
        ? { kind: "answered", resetHistoryEventId: outcome.resetHistoryEventId }
        : { kind: "refused", reason: outcome.reason, message: outcome.message };
    await this.#give(runId, input);
    if (this.#init.worker.maxCachedWorkflows === 0 && !this.#runsLocals(runId)) {
      await this.#give(runId, { kind: "evict", reason: "cacheFull", message: "Workflows are not cached" });
    }
    this.#shrink();
  }

  async #onEvict({ runId, message, dropTask }: Extract<ToThread, { kind: "evict" }>): Promise<void> {
    await this.#give(runId, { kind: "evict", reason: dropTask === true ? "fatal" : "requested", message });
  }

  /** Results that come while the run is busy are taken in together. */
  #onLocalResult({ runId, instance, result }: Extract<ToThread, { kind: "localActivityResult" }>): void {
    const gathered = this.#localResults.get(instance);
    if (gathered !== undefined) {
      gathered.push(result);
      return;
    }
    this.#localResults.set(instance, [result]);
    this.#then(runId, async () => {
      const results = this.#localResults.get(instance) ?? [];
      this.#localResults.delete(instance);
      const cached = this.#cache.get(runId);
      if (cached?.instance !== instance) return;
      await this.#driveSafely(cached, { kind: "localResults", results });
      this.#shrink();
    });
  }

  async #onHeartbeat({ runId, taskId }: Extract<ToThread, { kind: "heartbeatTask" }>): Promise<void> {
    const cached = this.#cache.get(runId);
    if (cached?.task?.taskId === taskId) await this.#driveSafely(cached, { kind: "heartbeat" });
  }

  async #driveSafely(cached: CachedRun, input: Input): Promise<void> {
    try {
      await this.#driver.drive(cached, input);
    } catch (error) {
      await this.#fail(cached, error);
    }
  }

  /** Gives an input to a run if it is still here. */
  async #give(runId: string, input: Input): Promise<void> {
    const cached = this.#cache.get(runId);
    if (cached !== undefined) await this.#driver.drive(cached, input);
  }

  /** E2: the engine itself could not go on with the task. */
  async #fail(cached: CachedRun, error: unknown): Promise<void> {
    const input = await this.#answerer.giveUp(cached, failureOf(error));
    await this.#driver.drive(cached, input);
  }

  #shrink(): void {
    for (const { runId } of this.#cache.surplus()) {
      const input: Input = {
        kind: "evict",
        reason: "cacheFull",
        message: "Another workflow needed the place",
      };
      this.#then(runId, async () => {
        // A task may have come in the meantime.
        if (this.#cache.get(runId)?.run.stage === "idle" && !this.#runsLocals(runId))
          await this.#give(runId, input);
      });
    }
  }

  /** Local activities of the run are under way: they would be lost with it, and begun anew for each of its tasks. */
  #runsLocals(runId: string): boolean {
    return (this.#cache.get(runId)?.run.locals.outstanding ?? 0) > 0;
  }

  #stray(reason: unknown): void {
    // In a thread of its own this is an error of the engine; elsewhere it is somebody else's business.
    if (!this.#ownRealm) return;
    this.#post({ kind: "fatal", message: errorText(reason), stack: errorStack(reason) });
  }
}

/** Milliseconds that each entry of a task may take; 0: the thread's own rule. */
function limitOf({ timed, secondLook }: TaskMessage, facts: ThreadInit["worker"]): number {
  if (!timed) return 0;
  return secondLook ? secondLookMs(facts) : facts.deadlockTimeoutMs;
}

/** Whether a query of the task is for the stacks of the workflow. */
function asksForStacks({ query, queries }: PollWorkflowTaskQueueResponse): boolean {
  if (query !== undefined) return stackQueries.has(query.queryType);
  for (const id in queries) if (stackQueries.has(queries[id]!.queryType)) return true;
  return false;
}

const stackQueries: ReadonlySet<string> = new Set([STACK_TRACE_QUERY_NAME, ENHANCED_STACK_TRACE_QUERY_NAME]);

/** Names under which users may say that nondeterminism fails their workflows. */
const nondeterminismNames: readonly string[] = ["Error", "NondeterminismError", "DeterminismViolationError"];
