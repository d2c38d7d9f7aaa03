// Invariants
// V1. Faults change what is in memory or on its way, never a history.
import { showValue } from "../../common/type-guards.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { Engine } from "../execution/engine.ts";
import type { Run } from "../execution/run.ts";
import { isOpen } from "../execution/update-status.ts";
import type { Fate } from "../matching/matching.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import type { DelayedVisibility } from "../visibility/delayed-visibility.ts";
import type { CallFaults } from "./call-faults.ts";
import type { Fault } from "./fault-list.ts";
import {
  type ChosenWorkflow,
  checkMethods,
  checkTasks,
  checkWhen,
  type FailedCalls,
  failureOf,
  type StrayTasks,
  timesOf,
} from "./fault-options.ts";
import { loseUpdates } from "./lose-updates.ts";
import type { OpenPorts } from "./open-ports.ts";
import type { TaskFaults } from "./task-faults.ts";

/** What a fault reaches into. */
export interface FaultTargets {
  readonly engine: Engine;
  readonly calls: CallFaults;
  readonly tasks: TaskFaults;
  readonly visibility: DelayedVisibility;
  /** The namespaces that there are. */
  readonly namespaces: () => readonly string[];
  readonly knows: (method: string) => boolean;
  readonly ports: OpenPorts;
  /** Fails all calls under way. */
  readonly interrupt: (failure: ServiceFailure) => void;
}

/** A time in which the server is away. */
export interface Outage extends AsyncDisposable {
  /** The server answers again, on the same ports and with the state that it had. Safe to call again. */
  back(): Promise<void>;
}

/**
 * Faults on purpose, for tests: what networks and clusters do to clients and workers sooner or later. Made by the server itself, as
 * {@link EmbeddedServer.faults}.
 *
 * @example
 * ```ts
 * using _ = server.faults.failCalls({ methods: ["StartWorkflowExecution"], status: "RESOURCE_EXHAUSTED", times: 2 });
 * await client.workflow.execute("greet", { taskQueue, workflowId }); // tried three times
 * ```
 */
export class ServerFaults {
  readonly #targets: FaultTargets;
  #isAway = false;

  constructor(targets: FaultTargets) {
    this.#targets = targets;
  }

  /**
   * Answers calls with an error before anything is done.
   *
   * @returns what ends the fault, and says how often it has struck
   * @throws TypeError for options that are not usable
   *
   * @example
   * ```ts
   * using fault = server.faults.failCalls({ status: "UNAVAILABLE", times: 3 });
   * ```
   */
  failCalls(options: FailedCalls = {}): Fault {
    const { methods, when, times } = options;
    checkMethods(methods, this.#targets.knows);
    checkWhen(when);
    const refusal = { methods, when, failure: failureOf(options) };
    return this.#targets.calls.refuse(refusal, timesOf(times, Number.POSITIVE_INFINITY));
  }

  /**
   * Loses tasks on their way: the server has handed them out, and no worker gets them. They come back by their time-outs, as when a
   * worker's host dies; an activity without a heartbeat or start-to-close timeout never does. Polls that wait already are struck
   * too, and until the fault has ended nothing is handed out eagerly.
   *
   * @returns what ends the fault, and says how often it has struck
   * @throws TypeError for options that are not usable
   *
   * @example
   * ```ts
   * server.faults.dropTask({ kind: "workflow", taskQueue: "orders" });
   * ```
   */
  dropTask(options: StrayTasks): Fault {
    return this.#setAstray(options, "lost");
  }

  /**
   * Gives tasks to two polls each: a worker's second answer is refused, as its task token is stale by then, and an activity runs
   * twice. As for {@link ServerFaults.dropTask}, nothing is handed out eagerly meanwhile.
   *
   * @returns what ends the fault, and says how often it has struck
   * @throws TypeError for options that are not usable
   *
   * @example
   * ```ts
   * server.faults.duplicateTask({ kind: "activity" });
   * ```
   */
  duplicateTask(options: StrayTasks): Fault {
    return this.#setAstray(options, "repeated");
  }

  /**
   * Forgets the updates that are only in memory, as the real server does when a shard moves: who waits for one is told
   * UNAVAILABLE, a speculative workflow task is gone. Accepted updates go on.
   *
   * @example
   * ```ts
   * server.faults.loseUpdates({ workflowId: "order-1" });
   * ```
   */
  loseUpdates(workflow?: ChosenWorkflow): void {
    for (const run of this.#chosen(workflow)) loseUpdates(this.#targets.engine, run);
  }

  /**
   * Forgets which worker has runs in its cache: their next workflow tasks go to the common queue, with the whole history.
   *
   * @example
   * ```ts
   * server.faults.expireStickiness();
   * ```
   */
  expireStickiness(workflow?: ChosenWorkflow): void {
    for (const run of this.#chosen(workflow)) {
      if (run.fields.sticky === undefined) continue;
      this.#targets.engine.transact(run, (tx) => {
        tx.fields.sticky = undefined;
      });
    }
  }

  /**
   * Lets lists and counts lag behind by so many milliseconds more: on top of `visibilityDelayMs` and of other delays. Changes that
   * were made meanwhile keep their time, and later ones do not overtake them.
   *
   * @returns what takes this delay away
   * @throws TypeError for anything but a number of milliseconds, 0 or more
   *
   * @example
   * ```ts
   * using _ = server.faults.delayVisibility(2_000);
   * ```
   */
  delayVisibility(ms: number): Disposable {
    if (!(typeof ms === "number" && ms >= 0 && Number.isFinite(ms))) {
      throw new TypeError(
        `faults: the delay is ${showValue(ms)}; it must be a number of milliseconds, 0 or more`,
      );
    }
    const { visibility } = this.#targets;
    visibility.delayMs += ms;
    let left = ms;
    return {
      [Symbol.dispose]: () => {
        visibility.delayMs -= left;
        left = 0;
      },
    };
  }

  /**
   * Cuts all connections of all ports without a word.
   *
   * @example
   * ```ts
   * server.faults.dropConnections();
   * ```
   */
  dropConnections(): void {
    for (const listener of this.#targets.ports.listeners) listener.dropConnections();
  }

  /**
   * Tells all clients by GOAWAY to take their next calls to a new connection, as the real server does every five minutes.
   *
   * @example
   * ```ts
   * server.faults.goAway();
   * ```
   */
  goAway(): void {
    for (const listener of this.#targets.ports.listeners) listener.goAway();
  }

  /**
   * Goes away: ports are closed, calls under way fail with UNAVAILABLE and so do later ones in process. Time goes on.
   *
   * @returns how the server comes back
   * @throws Error while it is away already
   *
   * @example
   * ```ts
   * const outage = await server.faults.outage();
   * await outage.back();
   * ```
   */
  async outage(): Promise<Outage> {
    const { calls, ports, interrupt } = this.#targets;
    if (this.#isAway) throw new Error("faults: the server is away already; call back() of that outage first");
    this.#isAway = true;
    const failure = new ServiceFailure(GrpcStatus.UNAVAILABLE, "the server is away, on purpose");
    calls.setAway(failure);
    interrupt(failure);
    const open = await ports.shut();
    let ended: Promise<void> | undefined;
    const back = (): Promise<void> => {
      ended ??= this.#comeBack(open);
      return ended;
    };
    return { back, [Symbol.asyncDispose]: back };
  }

  async #comeBack(open: () => Promise<void>): Promise<void> {
    const { calls } = this.#targets;
    calls.setAway(undefined);
    try {
      await open();
    } finally {
      this.#isAway = false;
    }
  }

  #setAstray(options: StrayTasks, fate: Fate): Fault {
    checkTasks(options);
    const { kind, taskQueue, times } = options;
    return this.#targets.tasks.add({ kind, taskQueue }, fate, timesOf(times, 1));
  }

  #chosen(workflow: ChosenWorkflow | undefined): readonly Run[] {
    const { engine, namespaces } = this.#targets;
    if (workflow === undefined) {
      return namespaces().flatMap((name) =>
        [...engine.runs(name)].filter((run) => isOpen(run.fields.status)),
      );
    }
    const { namespace = "default", workflowId, runId } = workflow;
    const run =
      runId === undefined ? engine.current(namespace, workflowId) : engine.run(namespace, workflowId, runId);
    if (run === undefined) {
      const which = runId === undefined ? "" : `, run ${showValue(runId)},`;
      throw new TypeError(
        `faults: there is no workflow ${showValue(workflowId)}${which} in namespace ${showValue(namespace)}`,
      );
    }
    return isOpen(run.fields.status) ? [run] : [];
  }
}
