import { withLogMetadata } from "../../common/logger.ts";
import { errorMessage } from "../../common/type-guards.ts";
import type { HistoryAndWorkflowId } from "../../common/workflow-type.ts";
import type { LoadedDataConverter } from "../../converter/mod.ts";
import { loadDataConverter } from "../../converter/mod.ts";
import { readBundle } from "../../engine/bundle.ts";
import {
  type FromThread,
  PROTOCOL_VERSION,
  type ToThread,
  type WireHistory,
  type WorkerFacts,
} from "../../engine/protocol.ts";
import { WALL_VERSION } from "../../engine/wall-version.ts";
import type { WorkerPlatform } from "../../platform/worker-platform.ts";
import { CLIENT_NAME, CLIENT_VERSION } from "../../transport/client-info.ts";
import type { Clock } from "../clock.ts";
import { type CompiledWorkerOptions, compileWorkerOptions } from "../compile-options.ts";
import { payloadTransform } from "../data-conversion.ts";
import { badOption } from "../option-checks.ts";
import { Runtime } from "../runtime.ts";
import { sinkFacts } from "../sink-facts.ts";
import { ObservedCalls } from "../workflow/observed-calls.ts";
import { transformPayloads } from "../workflow/payload-transform.ts";
import { loadWorkflowCode } from "../workflow-code.ts";
import { type ReplayResult, replayError } from "./errors.ts";
import type { ReplayHistoriesIterable, ReplayHistory, ReplayWorkerOptions } from "./options.ts";
import { ReplayThreads } from "./replay-threads.ts";
import { wireHistory } from "./wire-history.ts";

/** Everything outside of a replayer. */
export interface ReplayPorts {
  readonly platform: WorkerPlatform;
  readonly clock: Clock;
  readonly env: (name: string) => string | undefined;
}

/** Histories that may wait for a thread, for each thread: the next one is read while one is replayed. */
const AHEAD = 2;
let replayers = 0;

/** Replays histories against workflow code: a worker without a server. */
export class Replayer {
  readonly #threads: ReplayThreads;
  readonly #size: number;

  private constructor(threads: ReplayThreads, size: number) {
    this.#threads = threads;
    this.#size = size;
  }

  /**
   * Checks the options and bundles the workflows.
   *
   * @throws ValueError for an option that is not usable
   */
  static async create(options: ReplayWorkerOptions, ports: ReplayPorts): Promise<Replayer> {
    const { platform, clock } = ports;
    const { replayName = "fake_replay_queue", ...rest } = options;
    const taskQueue = `${replayName}-${replayers++}`;
    const runtime = Runtime.instance();
    const logger = withLogMetadata(runtime.logger, { sdkComponent: "worker", taskQueue });
    const compiled = compileWorkerOptions(
      { ...rest, taskQueue },
      { identity: "replayer", heapLimitBytes: undefined, debugVariable: ports.env("TEMPORAL_DEBUG"), logger },
    );
    if (compiled.workflowsPath === undefined && compiled.workflowBundle === undefined) {
      throw badOption(
        "workflowsPath",
        undefined,
        "given, or workflowBundle: else there is no code to replay",
      );
    }
    const dataConverter = await loadDataConverter(options.dataConverter);
    const code = {
      options: compiled,
      bundlerOptions: options.bundlerOptions,
      dataConverter: options.dataConverter,
    };
    const bundle = (await loadWorkflowCode({ ...code, platform, logger })) ?? "";
    readBundle(bundle, WALL_VERSION);
    const size =
      options.workflowThreadPoolSize === undefined ? platform.parallelism() : compiled.workflowThreadPoolSize;
    const worker = replayFacts(compiled, dataConverter);
    const observed = new ObservedCalls({ logger, metricMeter: runtime.metricMeter, sinks: compiled.sinks });
    const threads = new ReplayThreads({
      size,
      init: { kind: "init", protocolVersion: PROTOCOL_VERSION, bundle, worker },
      platform,
      clock,
      answer: (message) => {
        if (message.kind === "observed") observed.dispatch(message.runId, inReplay(message.calls, compiled));
        if (message.kind !== "transform") return undefined;
        return transformed(message, dataConverter, compiled.namespace);
      },
    });
    return new Replayer(threads, size);
  }

  /** Replays one history. Never rejects for what is in it, but when no thread can be had. */
  async replay(workflowId: string, history: ReplayHistory): Promise<ReplayResult> {
    let wire: WireHistory;
    try {
      wire = wireHistory(history);
    } catch (error) {
      const message = errorMessage(error) ?? String(error);
      return {
        workflowId,
        runId: "",
        workflowType: "",
        events: 0,
        error: replayError({ reason: "badHistory", message, stack: "" }),
      };
    }
    const { runId, workflowType, events, failure } = await this.#threads.replay(workflowId, wire);
    const result = { workflowId, runId, workflowType, events };
    return failure === undefined ? result : { ...result, error: replayError(failure) };
  }

  /**
   * Replays all histories, several at a time; gives the results in the order of the histories, each as soon as it is there. The
   * next history is asked for while others are replayed. What the source throws comes after the results of what it gave.
   */
  async *replayAll(histories: ReplayHistoriesIterable): AsyncGenerator<ReplayResult, void, undefined> {
    const source = iteratorOf(histories);
    const results: Promise<ReplayResult>[] = [];
    let asked: Promise<Asked> | undefined;
    let isOver = false;
    let failure: { readonly error: unknown } | undefined;
    try {
      for (;;) {
        if (asked === undefined && !isOver && results.length < this.#size * AHEAD) asked = ask(source);
        const [first] = results;
        if (asked === undefined && first === undefined) break;
        const next = await Promise.race([asked, first].filter((one) => one !== undefined));
        if ("workflowId" in next) {
          results.shift();
          yield next;
          continue;
        }
        asked = undefined;
        if ("error" in next || next.done === true) {
          isOver = true;
          if ("error" in next) failure = next;
          continue;
        }
        const result = this.replay(next.value.workflowId, next.value.history);
        // Seen when its turn comes.
        result.catch(() => {});
        results.push(result);
      }
      if (failure !== undefined) throw failure.error;
    } finally {
      const end = Promise.resolve(isOver ? undefined : source.return?.());
      // One that was asked ends when it answers, which may be never.
      if (asked === undefined) await end;
      else end.catch(() => {});
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

type Source =
  | Iterator<HistoryAndWorkflowId<ReplayHistory>>
  | AsyncIterator<HistoryAndWorkflowId<ReplayHistory>>;
type Asked = IteratorResult<HistoryAndWorkflowId<ReplayHistory>, unknown> | { readonly error: unknown };

function iteratorOf(histories: ReplayHistoriesIterable): Source {
  return Symbol.asyncIterator in histories ? histories[Symbol.asyncIterator]() : histories[Symbol.iterator]();
}

function ask(source: Source): Promise<Asked> {
  return Promise.resolve()
    .then(() => source.next())
    .catch((error: unknown) => ({ error }));
}

/** What calls a replay lets through: nothing but sinks that ask for it, also where history ends in a task that failed. */
function inReplay(
  calls: Extract<FromThread, { kind: "observed" }>["calls"],
  { sinks }: CompiledWorkerOptions,
): typeof calls {
  return calls.filter(
    (call) => call.kind === "sink" && sinks[call.sink]?.[call.fn]?.callDuringReplay === true,
  );
}

async function transformed(
  message: Extract<FromThread, { kind: "transform" }>,
  dataConverter: LoadedDataConverter,
  namespace: string,
): Promise<ToThread> {
  const { batchId, payloads } = message;
  const transform = payloadTransform(dataConverter);
  if (transform === undefined) return { kind: "payloads", batchId, result: { kind: "ok", payloads } };
  return { kind: "payloads", batchId, result: await transformPayloads(transform, message, namespace) };
}

function replayFacts(options: CompiledWorkerOptions, { payloadCodecs }: LoadedDataConverter): WorkerFacts {
  const sinks = sinkFacts(options.sinks);
  return {
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    identity: options.identity,
    buildId: options.buildId ?? "",
    sdkName: CLIENT_NAME,
    sdkVersion: CLIENT_VERSION,
    workerInstanceKey: "",
    maxCachedWorkflows: 1,
    capabilities: { sdkMetadata: true, buildIdBasedVersioning: true },
    transformsPayloads: payloadCodecs.length > 0,
    limits: { payloadErrorBytes: 0, memoErrorBytes: 0, messageBytes: 0 },
    workflowFailureErrorTypes: options.workflowFailureErrorTypes,
    deadlockTimeoutMs: options.deadlockTimeoutMs,
    showStackTraceSources: options.showStackTraceSources,
    sinks,
    registeredActivities: [],
  };
}
