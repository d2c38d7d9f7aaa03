// Workers announce themselves here and clients ask here, since neither may import the other. What they have in common is
// the connection.
import type { PollWorkflowTaskQueueResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";

/** Which build of a worker takes the first task. */
export interface EagerDeployment {
  readonly deploymentName: string;
  readonly buildId: string;
  /** `WorkerVersioningMode` number. */
  readonly workerVersioningMode: 0 | 1 | 2;
}

/** A place for one workflow task in a worker of this process. Exactly one of its methods is called, once. */
export interface EagerSlot {
  /** Of the worker that has the place; absent when it has no deployment. */
  readonly deployment?: EagerDeployment | undefined;
  /** Hands over the first task of the workflow that was started. */
  accept(task: PollWorkflowTaskQueueResponse): void;
  /** The server gave no task: the place is free again. */
  release(): void;
}

/** What a worker offers to clients on the same connection. */
export interface EagerStarter {
  readonly namespace: string;
  readonly taskQueue: string;
  /** A free place, kept for the caller; undefined when there is none. */
  tryReserve(): EagerSlot | undefined;
}

const starters = new WeakMap<object, Set<EagerStarter>>();

/**
 * Announces a worker to the clients of a connection. The function returned takes that back.
 *
 * @example
 * ```ts
 * const withdraw = registerEagerStarter(connection, { namespace, taskQueue, tryReserve });
 * ```
 */
export function registerEagerStarter(connection: object, starter: EagerStarter): () => void {
  const all = starters.get(connection) ?? new Set();
  starters.set(connection, all.add(starter));
  return () => void all.delete(starter);
}

/**
 * A place in a worker on this connection for a workflow of the given task queue; undefined when there is none.
 *
 * @example
 * ```ts
 * const slot = reserveEagerSlot(connection, { namespace: "default", taskQueue: "orders" });
 * ```
 */
export function reserveEagerSlot(
  connection: object,
  at: { readonly namespace: string; readonly taskQueue: string },
): EagerSlot | undefined {
  for (const starter of starters.get(connection) ?? []) {
    if (starter.namespace !== at.namespace || starter.taskQueue !== at.taskQueue) continue;
    const slot = starter.tryReserve();
    if (slot !== undefined) return slot;
  }
  return undefined;
}
