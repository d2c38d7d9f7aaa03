// Invariants
// S1. One logical thread: nothing in here runs beside anything else, so that the same calls in the same order give the same
//     histories.
// S2. Closing ends every wait with UNAVAILABLE and leaves no timer behind.
import { HealthHandlers } from "../gen/codec/grpc/health/v1/health.handlers.ts";
import { OperatorServiceHandlers } from "../gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { TestServiceHandlers } from "../gen/codec/temporal/api/testservice/v1/service.handlers.ts";
import { WorkflowServiceHandlers } from "../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { RpcAnswer, RpcCallOptions, RpcPort } from "../platform/rpc-port.ts";
import { onDue } from "./execution/due.ts";
import { Engine } from "./execution/engine.ts";
import type { Run } from "./execution/run.ts";
import { onRunClosed } from "./execution/run-closed.ts";
import { dispatchTask } from "./execution/task-dispatch.ts";
import { TaskQueues } from "./matching/task-queues.ts";
import { activityAnswerRpcs } from "./rpc/activity-answer-rpcs.ts";
import { activityTaskRpcs } from "./rpc/activity-task-rpcs.ts";
import { Dispatcher } from "./rpc/dispatcher.ts";
import { historyRpcs } from "./rpc/history-rpcs.ts";
import { multiOperationRpcs } from "./rpc/multi-operation-rpcs.ts";
import { queryRpcs } from "./rpc/query-rpcs.ts";
import { resetRpcs } from "./rpc/reset-rpcs.ts";
import { signalRpcs } from "./rpc/signal-rpcs.ts";
import { signalWithStartRpcs } from "./rpc/signal-with-start-rpcs.ts";
import { startRpcs } from "./rpc/start-rpcs.ts";
import { testServiceRpcs } from "./rpc/test-service-rpcs.ts";
import { updateRpcs } from "./rpc/update-rpcs.ts";
import { workflowTaskRpcs } from "./rpc/workflow-task-rpcs.ts";
import { SystemWall } from "./time/system-wall.ts";
import { TimeKeeper } from "./time/time-keeper.ts";
import type { Wall } from "./time/wall.ts";
import { VisibilityStore } from "./visibility/visibility-store.ts";

/** What an {@link EmbeddedServer} can be told. */
export interface EmbeddedServerOptions {
  /** Let time skip: see {@link EmbeddedServer.currentTimeMs}. Default `false`: the clock of the machine. */
  readonly timeSkipping?: boolean | undefined;
  /** Hears of defects of the server itself. Default: they go to the caller as INTERNAL, and to the console. */
  readonly onDefect?: ((what: string, error: unknown) => void) | undefined;
}

/** What tests of the server itself may put in. */
export interface ServerInsides {
  readonly wall?: Wall;
  readonly verify?: (run: Run) => void;
}

/**
 * A Temporal server in this process, for development, tests and programs that need no other process: in memory, and on
 * every runtime. It is a transport: connections are made right on it, without a socket.
 *
 * @example
 * ```ts
 * const server = new EmbeddedServer();
 * const connection = await Connection.connect({ transport: server });
 * ```
 */
export class EmbeddedServer implements RpcPort {
  readonly #dispatcher: Dispatcher;
  readonly #keeper: TimeKeeper;

  constructor(options: EmbeddedServerOptions = {}, insides: ServerInsides = {}) {
    const wall = insides.wall ?? new SystemWall();
    const onDefect = options.onDefect ?? ((what, error) => console.error(`Embedded server: ${what}:`, error));
    const keeper = new TimeKeeper(wall, options.timeSkipping ? 1 : Number.POSITIVE_INFINITY);
    const queues = new TaskQueues(wall);
    const visibility = new VisibilityStore();
    const engine = new Engine({
      newTimeline: () => keeper.timeline(),
      queues,
      visibility,
      searchAttributes: { check: (_namespace, fields) => definedOf(fields) },
      namespaceId: () => "00000000-0000-0000-0000-000000000001",
      onDefect,
      ...(insides.verify ? { verify: insides.verify } : {}),
    });
    engine.connect({
      dispatchTask: (run) => dispatchTask(engine, run),
      due: (run, due) => onDue(engine, run, due),
      closed: (run) => onRunClosed(engine, run),
    });
    const dispatcher = new Dispatcher({ admit: () => {}, onDefect });
    dispatcher.declare(WorkflowServiceHandlers);
    dispatcher.declare(OperatorServiceHandlers);
    dispatcher.declare(TestServiceHandlers);
    dispatcher.declare(HealthHandlers);
    for (const group of [
      startRpcs(engine),
      workflowTaskRpcs(engine, queues),
      activityTaskRpcs(queues),
      activityAnswerRpcs(engine),
      signalRpcs(engine),
      historyRpcs(engine, wall),
      resetRpcs(engine),
      queryRpcs(engine, wall),
      updateRpcs(engine, wall),
      signalWithStartRpcs(engine),
      multiOperationRpcs(engine, wall),
    ]) {
      dispatcher.register(WorkflowServiceHandlers, group);
    }
    if (options.timeSkipping) dispatcher.register(TestServiceHandlers, testServiceRpcs(keeper));
    this.#dispatcher = dispatcher;
    this.#keeper = keeper;
  }

  /** The server's time in milliseconds since the epoch: with time skipping it runs ahead of the machine's. */
  currentTimeMs(): number {
    return this.#keeper.now();
  }

  /**
   * Resolves when nothing is under way: no workflow task or activity is with a worker or waits for one, and nothing is due.
   *
   * @example
   * ```ts
   * await server.settle();
   * ```
   */
  settle(): Promise<void> {
    return this.#keeper.settled();
  }

  /** One call, as connections make it. */
  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    return this.#dispatcher.unary(path, bytes, options);
  }

  /** Ends the server: calls under way, and later ones, fail with UNAVAILABLE. What it held is gone. Safe to call again. */
  async close(): Promise<void> {
    await this.#dispatcher.close();
    this.#keeper.close();
  }
}

function definedOf<Value>(fields: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept;
}
