import { OperatorServiceHandlers } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { WorkflowServiceHandlers } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { TaskQueues } from "../../../src/server/matching/task-queues.ts";
import { admission } from "../../../src/server/namespaces/admission.ts";
import { NamespaceRegistry } from "../../../src/server/namespaces/namespace-registry.ts";
import { clusterRpcs } from "../../../src/server/rpc/cluster-rpcs.ts";
import { Dispatcher } from "../../../src/server/rpc/dispatcher.ts";
import { namespaceOperatorRpcs } from "../../../src/server/rpc/namespace-operator-rpcs.ts";
import { namespaceRpcs } from "../../../src/server/rpc/namespace-rpcs.ts";
import {
  searchAttributeOperatorRpcs,
  searchAttributeRpcs,
} from "../../../src/server/rpc/search-attribute-rpcs.ts";
import { shutdownRpcs } from "../../../src/server/rpc/shutdown-rpcs.ts";
import { visibilityRpcs } from "../../../src/server/rpc/visibility-rpcs.ts";
import { workerRpcs } from "../../../src/server/rpc/worker-rpcs.ts";
import type { Wall } from "../../../src/server/time/wall.ts";
import { SearchAttributes } from "../../../src/server/visibility/search-attributes.ts";
import { VisibilityStore } from "../../../src/server/visibility/visibility-store.ts";
import { WorkerRegistry } from "../../../src/server/workers/worker-registry.ts";
import { Connection } from "../../../src/transport/connection.ts";
import type { Services } from "../namespaces/exchange.ts";

/** Time that stands still until it is moved. */
export class StillWall implements Wall {
  #nowMs = Date.UTC(2026, 0, 1);
  readonly #waiting: { readonly atMs: number; readonly fire: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fire: () => void): () => void {
    const alarm = { atMs: this.#nowMs + ms, fire };
    this.#waiting.push(alarm);
    return () => {
      const index = this.#waiting.indexOf(alarm);
      if (index >= 0) this.#waiting.splice(index, 1);
    };
  }

  /** Moves on, and fires what becomes due, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#nowMs = next.atMs;
      next.fire();
    }
    this.#nowMs = untilMs;
  }
}

/** The part of the server that knows namespaces, search attributes, visibility and workers, without runs. */
export interface OwnServer {
  readonly services: Services;
  readonly store: VisibilityStore;
  readonly attributes: SearchAttributes;
  readonly namespaces: NamespaceRegistry;
  readonly wall: StillWall;
  /** Ends it; throws what went wrong inside. */
  close(): Promise<void>;
}

/** Opens one. */
export function openOwnServer(options: { readonly autoCreate?: boolean } = {}): OwnServer {
  const defects: unknown[] = [];
  const wall = new StillWall();
  const namespaces = new NamespaceRegistry({ newId: () => crypto.randomUUID(), ...options });
  const attributes = new SearchAttributes(namespaces);
  const store = new VisibilityStore();
  const dispatcher = new Dispatcher({
    admit: admission(namespaces),
    onDefect: (_method, error) => defects.push(error),
  });
  dispatcher.declare(WorkflowServiceHandlers);
  dispatcher.declare(OperatorServiceHandlers);
  const features = { capabilities: { workerHeartbeats: true }, limits: {}, supportsSchedules: false };
  const workers = new WorkerRegistry(wall);
  for (const group of [
    namespaceRpcs({ namespaces, features, wall }),
    clusterRpcs({ capabilities: { nexus: false, upsertMemo: true }, clusterId: crypto.randomUUID() }),
    searchAttributeRpcs(),
    visibilityRpcs({ store, slotNames: (namespace) => namespaces.slotNames(namespace) }),
    workerRpcs(workers),
    shutdownRpcs(new TaskQueues(wall), workers),
  ]) {
    dispatcher.register(WorkflowServiceHandlers, group);
  }
  dispatcher.register(WorkflowServiceHandlers, {
    startWorkflowExecution: noRuns,
    signalWithStartWorkflowExecution: noRuns,
    respondWorkflowTaskCompleted: noRuns,
  });
  dispatcher.register(OperatorServiceHandlers, searchAttributeOperatorRpcs(attributes));
  const empty = (namespace: string): void => store.removeNamespace(namespace);
  dispatcher.register(OperatorServiceHandlers, namespaceOperatorRpcs({ namespaces, empty }));
  const connection = Connection.lazy({ transport: dispatcher, interceptors: [] });
  return {
    services: { workflow: connection.workflowService, operator: connection.operatorService },
    store,
    attributes,
    namespaces,
    wall,
    close: async () => {
      await connection.close();
      await dispatcher.close();
      if (defects.length > 0) throw new AggregateError(defects, "the server has defects");
    },
  };
}

/** Stands for what the engine serves: here to be refused before it is reached. */
function noRuns(): never {
  throw new Error("this server has no runs");
}
