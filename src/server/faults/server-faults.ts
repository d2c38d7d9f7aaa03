// Invariants
// V1. Faults change what is in memory or on its way, never a history.
import { showValue } from "../../common/type-guards.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { Engine } from "../execution/engine.ts";
import type { Run } from "../execution/run.ts";
import { isOpen } from "../execution/update-status.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import type { DelayedVisibility } from "../visibility/delayed-visibility.ts";
import type { CallFaults } from "./call-faults.ts";
import {
  type ChosenWorkflow,
  checkMethods,
  checkTasks,
  type FailedCalls,
  failureOf,
  type StrayTasks,
  timesOf,
} from "./fault-options.ts";
import { loseUpdates } from "./lose-updates.ts";
import type { OpenPorts } from "./open-ports.ts";

/** What a fault reaches into. */
export interface FaultTargets {
  readonly engine: Engine;
  readonly calls: CallFaults;
  readonly visibility: DelayedVisibility;
  /** The namespaces that there are. */
  readonly namespaces: () => readonly string[];
  readonly knows: (method: string) => boolean;
  readonly ports: OpenPorts;
  /** Fails all calls under way. */
  readonly interrupt: () => void;
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

  constructor(targets: FaultTargets) {
    this.#targets = targets;
  }

  /**
   * Answers calls with an error before anything is done.
   *
   * @returns what ends the fault
   * @throws TypeError for options that are not usable
   *
   * @example
   * ```ts
   * using fault = server.faults.failCalls({ status: "UNAVAILABLE", times: 3 });
   * ```
   */
  failCalls(options: FailedCalls = {}): Disposable {
    const { methods, times } = options;
    checkMethods(methods, this.#targets.knows);
    const refusal = { methods, failure: failureOf(options), times: timesOf(times, Number.POSITIVE_INFINITY) };
    return disposable(this.#targets.calls.refuse(refusal));
  }

  /**
   * Loses tasks on their way: the server has handed them out, and no worker gets them. They come back by their time-outs, as when a
   * worker's host dies; an activity without a heartbeat or start-to-close timeout never does.
   *
   * @throws TypeError for options that are not usable
   *
   * @example
   * ```ts
   * server.faults.dropTask({ kind: "workflow", taskQueue: "orders" });
   * ```
   */
  dropTask(options: StrayTasks): Disposable {
    checkTasks(options);
    const { kind, taskQueue, times } = options;
    return disposable(this.#targets.calls.onTasks("drop", { kind, taskQueue }, timesOf(times, 1)));
  }

  /**
   * Gives tasks to two polls each: a worker's second answer is refused, and an activity runs twice.
   *
   * @throws TypeError for options that are not usable
   *
   * @example
   * ```ts
   * server.faults.duplicateTask({ kind: "activity" });
   * ```
   */
  duplicateTask(options: StrayTasks): Disposable {
    checkTasks(options);
    const { kind, taskQueue, times } = options;
    return disposable(this.#targets.calls.onTasks("duplicate", { kind, taskQueue }, timesOf(times, 1)));
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
   * Lets lists and counts lag behind by so many milliseconds, on top of nothing: it takes the place of `visibilityDelayMs`.
   *
   * @returns what puts the former delay back
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
    const before = visibility.delayMs;
    visibility.delayMs = ms;
    return disposable(() => {
      visibility.delayMs = before;
    });
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
   *
   * @example
   * ```ts
   * const outage = await server.faults.outage();
   * await outage.back();
   * ```
   */
  async outage(): Promise<Outage> {
    const { calls, ports, interrupt } = this.#targets;
    calls.setAway(new ServiceFailure(GrpcStatus.UNAVAILABLE, "the server is away, on purpose"));
    interrupt();
    const open = await ports.shut();
    let ended: Promise<void> | undefined;
    const back = (): Promise<void> => {
      calls.setAway(undefined);
      ended ??= open();
      return ended;
    };
    return { back, [Symbol.asyncDispose]: back };
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

function disposable(end: () => void): Disposable {
  return { [Symbol.dispose]: end };
}
