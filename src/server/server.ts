// Invariants
// S1. One logical thread: nothing in here runs beside anything else, so that the same calls in the same order give the same
//     histories.
// S2. Closing ends every wait with UNAVAILABLE and leaves no timer behind.
import { ValueError } from "../common/errors.ts";
import { type SearchAttributeType, searchAttributeTypeNames } from "../common/search-attributes.ts";
import type { RpcAnswer, RpcCallOptions, RpcPort } from "../platform/rpc-port.ts";
import type { Listener, ListenOptions } from "../platform/server-platform.ts";
import { onDue } from "./execution/due.ts";
import { Engine } from "./execution/engine.ts";
import { Retention } from "./execution/retention.ts";
import type { Run } from "./execution/run.ts";
import { onRunClosed } from "./execution/run-closed.ts";
import type { SizeWarning } from "./execution/size-warnings.ts";
import { dispatchTask } from "./execution/task-dispatch.ts";
import { CallFaults } from "./faults/call-faults.ts";
import { OpenPorts } from "./faults/open-ports.ts";
import { ServerFaults } from "./faults/server-faults.ts";
import { TaskFaults } from "./faults/task-faults.ts";
import { RUN_LIMITS, type RunLimits } from "./limits.ts";
import { TaskQueues } from "./matching/task-queues.ts";
import { admission } from "./namespaces/admission.ts";
import { NamespaceRegistry } from "./namespaces/namespace-registry.ts";
import { checkListenOptions, checkServerOptions } from "./options.ts";
import { Dispatcher } from "./rpc/dispatcher.ts";
import { registerRpcs } from "./rpc/register.ts";
import { ServiceFailure, toRpcError } from "./rpc/service-failure.ts";
import { SystemWall } from "./time/system-wall.ts";
import { TimeKeeper } from "./time/time-keeper.ts";
import type { Wall } from "./time/wall.ts";
import { DelayedVisibility } from "./visibility/delayed-visibility.ts";
import { SearchAttributes } from "./visibility/search-attributes.ts";
import { VisibilityStore } from "./visibility/visibility-store.ts";
import { durationMs } from "./wire-time.ts";

/** What an {@link EmbeddedServer} can be told. */
export interface EmbeddedServerOptions {
  /** Let time skip: see {@link EmbeddedServer.currentTimeMs}. Default `false`: the clock of the machine. */
  readonly timeSkipping?: boolean | undefined;
  /** Namespaces besides `default`. Default: none. */
  readonly namespaces?: readonly string[] | undefined;
  /** Custom search attributes of all these namespaces: name → type. Default: none. */
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>> | undefined;
  /** Make a namespace when a call first names it, where the real server refuses the call. Default `false`. */
  readonly autoCreateNamespaces?: boolean | undefined;
  /** Milliseconds by which lists and counts lag behind, as they do in production. Default 0. */
  readonly visibilityDelayMs?: number | undefined;
  /** Hears of defects of the server itself. Default: they go to the caller as INTERNAL, and to the console. */
  readonly onDefect?: ((what: string, error: unknown) => void) | undefined;
  /**
   * Hears of payloads above 512 KiB, memos above 2 KiB, histories above 10 MiB or 10,240 events and what a run holds besides above 1 MiB,
   * which the real server takes too, and warns of. What a run grew to is told once. Default: nobody is told.
   */
  readonly onWarning?: ((warning: SizeWarning) => void) | undefined;
}

/** What tests of the server itself may put in. */
export interface ServerInsides {
  readonly wall?: Wall;
  readonly keeper?: TimeKeeper;
  readonly verify?: (run: Run) => void;
  /** Lower limits, so that reaching them takes less. Default: the real server's. */
  readonly limits?: Partial<RunLimits>;
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
  /** Faults on purpose, for tests. */
  readonly faults: ServerFaults;
  readonly #dispatcher: Dispatcher;
  /** In front of the dispatcher. */
  readonly #calls: CallFaults;
  readonly #keeper: TimeKeeper;
  readonly #visibility: DelayedVisibility;
  readonly #queues: TaskQueues;
  readonly #ports: OpenPorts;

  /** @throws {ValueError} for options that are not usable: it names the option, its value and what is allowed */
  constructor(options: EmbeddedServerOptions = {}, insides: ServerInsides = {}) {
    checkServerOptions(options);
    const wall = insides.wall ?? new SystemWall();
    const onDefect = options.onDefect ?? reportDefect;
    const skipping = options.timeSkipping === true;
    const locks = skipping ? 1 : Number.POSITIVE_INFINITY;
    const keeper = insides.keeper ?? new TimeKeeper(wall, locks, (error) => onDefect("an alarm", error));
    const namespaces = namespacesOf(options);
    const store = new VisibilityStore();
    const visibility = new DelayedVisibility(store, wall, options.visibilityDelayMs ?? 0);
    const searchAttributes = attributesOf(namespaces, options);
    const queues = new TaskQueues(wall);
    const engine = new Engine({
      newTimeline: () => keeper.timeline(),
      nowMs: () => keeper.now(),
      queues,
      visibility,
      searchAttributes,
      namespaceId: (namespace) => namespaces.get(namespace).id,
      retentionMs: (namespace) => durationMs(namespaces.get(namespace).retention) ?? 0,
      limits: { ...RUN_LIMITS, ...insides.limits },
      onDefect,
      onWarning: options.onWarning,
      ...(insides.verify ? { verify: insides.verify } : {}),
    });
    const retention = new Retention(engine, wall);
    connect(engine, retention);
    const admit = admission(namespaces);
    this.#dispatcher = new Dispatcher({
      admit: (request, call) => {
        retention.sweep();
        admit(request, call);
      },
      onDefect,
    });
    this.#calls = new CallFaults(this.#dispatcher);
    this.#ports = new OpenPorts(this.#calls);
    this.faults = new ServerFaults({
      engine,
      calls: this.#calls,
      tasks: new TaskFaults(queues.strays),
      visibility,
      namespaces: () => namespaces.list(Number.POSITIVE_INFINITY, "").map(({ name }) => name),
      knows: (method) => this.#dispatcher.knows(`/temporal.api.workflowservice.v1.WorkflowService/${method}`),
      ports: this.#ports,
      interrupt: (failure) => this.#dispatcher.interrupt(toRpcError(failure)),
    });
    this.#keeper = keeper;
    this.#visibility = visibility;
    this.#queues = queues;
    registerRpcs(this.#dispatcher, {
      engine,
      wall,
      queues,
      namespaces,
      store,
      searchAttributes,
      keeper: skipping ? keeper : undefined,
    });
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

  /**
   * Opens a port for clients and workers of other processes: gRPC, gRPC-Web, Connect and Temporal's HTTP/JSON API, all on one.
   * `close` closes it too.
   *
   * @throws {ValueError} for options that are not usable
   * @throws Error of the system when the address cannot be had
   * @example
   * ```ts
   * const { address } = await server.listen({ port: 7233 });
   * ```
   */
  async listen(options: ListenOptions = {}): Promise<Listener> {
    checkListenOptions(options);
    return this.#ports.open(options);
  }

  /** One call, as connections make it. */
  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    return this.#calls.unary(path, bytes, options);
  }

  /** Ends the server: calls under way, and later ones, fail with UNAVAILABLE. What it held is gone. Safe to call again. */
  async close(): Promise<void> {
    await this.#ports.close();
    await this.#dispatcher.close();
    this.#queues.close();
    this.#visibility.flush();
    this.#keeper.close();
  }
}

function namespacesOf(options: EmbeddedServerOptions): NamespaceRegistry {
  const namespaces = new NamespaceRegistry({
    newId: () => crypto.randomUUID(),
    autoCreate: options.autoCreateNamespaces === true,
  });
  for (const name of options.namespaces ?? []) namespaces.create(name);
  return namespaces;
}

/** Says what follows from changes of runs. */
function connect(engine: Engine, retention: Retention): void {
  engine.connect({
    dispatchTask: (run) => dispatchTask(engine, run),
    due: (run, due) => onDue(engine, run, due),
    closed: (run) => {
      onRunClosed(engine, run);
      retention.closed(run);
    },
  });
}

function attributesOf(registry: NamespaceRegistry, options: EmbeddedServerOptions): SearchAttributes {
  const attributes = new SearchAttributes(registry);
  const types = Object.entries(options.searchAttributes ?? {});
  const numbers = Object.fromEntries(
    types.map(([name, type]) => [name, searchAttributeTypeNames.encode(type)]),
  );
  try {
    for (const namespace of ["default", ...(options.namespaces ?? [])]) attributes.add(namespace, numbers);
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new ValueError(`EmbeddedServer: searchAttributes: ${error.message}`, error);
  }
  return attributes;
}

function reportDefect(what: string, error: unknown): void {
  console.error(`Embedded server: ${what}:`, error);
}
