// Invariants
// R1. A worker is listed from its first heartbeat until it says that it has shut down, or none came for five minutes.
// R2. Workers are in the order of their last heartbeats, oldest first.

import { WorkerStatus } from "../../gen/codec/temporal/api/enums/v1/common.ts";
import type { WorkerHeartbeat } from "../../gen/codec/temporal/api/worker/v1/message.ts";
import type { Wall } from "../time/wall.ts";

const FORGOTTEN_AFTER_MS = 5 * 60_000;

/** Workers on these queues are the server's own. */
const SYSTEM_QUEUE_PREFIX = "temporal-sys-";

interface Entry {
  readonly heartbeat: WorkerHeartbeat;
  readonly seenMs: number;
}

/** The workers of all namespaces, by what their heartbeats say. */
export class WorkerRegistry {
  readonly #wall: Wall;
  readonly #namespaces: Map<string, Map<string, Entry>> = new Map();

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  /** Takes note of heartbeats; the last one of a worker takes it out. */
  record(namespace: string, heartbeats: readonly WorkerHeartbeat[]): void {
    let workers = this.#namespaces.get(namespace);
    if (workers === undefined) {
      workers = new Map();
      this.#namespaces.set(namespace, workers);
    }
    const seenMs = this.#wall.now();
    for (const heartbeat of heartbeats) {
      const key = heartbeat.workerInstanceKey;
      workers.delete(key);
      if (heartbeat.status !== WorkerStatus.SHUTDOWN) workers.set(key, { heartbeat, seenMs });
    }
  }

  /** The workers of a namespace, in the order of their keys. */
  list(namespace: string, includeSystem: boolean): WorkerHeartbeat[] {
    return [...this.#current(namespace).values()]
      .map(({ heartbeat }) => heartbeat)
      .filter(({ taskQueue }) => includeSystem || !taskQueue.startsWith(SYSTEM_QUEUE_PREFIX))
      .sort((a, b) => (a.workerInstanceKey < b.workerInstanceKey ? -1 : 1));
  }

  /** The last heartbeat of a worker. */
  find(namespace: string, key: string): WorkerHeartbeat | undefined {
    return this.#current(namespace).get(key)?.heartbeat;
  }

  /** Forgets the workers of a namespace. */
  removeNamespace(namespace: string): void {
    this.#namespaces.delete(namespace);
  }

  #current(namespace: string): ReadonlyMap<string, Entry> {
    const workers = this.#namespaces.get(namespace) ?? new Map<string, Entry>();
    const oldestMs = this.#wall.now() - FORGOTTEN_AFTER_MS;
    for (const [key, { seenMs }] of workers) {
      if (seenMs >= oldestMs) break;
      workers.delete(key);
    }
    return workers;
  }
}
