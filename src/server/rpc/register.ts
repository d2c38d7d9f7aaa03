import { HealthHandlers } from "../../gen/codec/grpc/health/v1/health.handlers.ts";
import { OperatorServiceHandlers } from "../../gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { TestServiceHandlers } from "../../gen/codec/temporal/api/testservice/v1/service.handlers.ts";
import { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { Engine } from "../execution/engine.ts";
import { MAX_BLOB_BYTES, MAX_MEMO_BYTES } from "../limits.ts";
import type { TaskQueues } from "../matching/task-queues.ts";
import type { NamespaceRegistry } from "../namespaces/namespace-registry.ts";
import type { TimeKeeper } from "../time/time-keeper.ts";
import type { Wall } from "../time/wall.ts";
import type { SearchAttributes } from "../visibility/search-attributes.ts";
import type { VisibilityStore } from "../visibility/visibility-store.ts";
import { WorkerRegistry } from "../workers/worker-registry.ts";
import { activityAnswerRpcs } from "./activity-answer-rpcs.ts";
import { activityTaskRpcs } from "./activity-task-rpcs.ts";
import { clusterRpcs } from "./cluster-rpcs.ts";
import { describeRpcs } from "./describe-rpcs.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { healthRpcs } from "./health-rpcs.ts";
import { historyRpcs } from "./history-rpcs.ts";
import { multiOperationRpcs } from "./multi-operation-rpcs.ts";
import { namespaceOperatorRpcs } from "./namespace-operator-rpcs.ts";
import { namespaceRpcs } from "./namespace-rpcs.ts";
import { queryRpcs } from "./query-rpcs.ts";
import { resetRpcs } from "./reset-rpcs.ts";
import { searchAttributeOperatorRpcs, searchAttributeRpcs } from "./search-attribute-rpcs.ts";
import { shutdownRpcs } from "./shutdown-rpcs.ts";
import { signalRpcs } from "./signal-rpcs.ts";
import { signalWithStartRpcs } from "./signal-with-start-rpcs.ts";
import { startRpcs } from "./start-rpcs.ts";
import { testServiceRpcs } from "./test-service-rpcs.ts";
import { updateRpcs } from "./update-rpcs.ts";
import { visibilityRpcs } from "./visibility-rpcs.ts";
import { workerRpcs } from "./worker-rpcs.ts";
import { workflowTaskRpcs } from "./workflow-task-rpcs.ts";

/** The parts of the server that calls reach. */
export interface ServerParts {
  readonly engine: Engine;
  readonly wall: Wall;
  readonly queues: TaskQueues;
  readonly namespaces: NamespaceRegistry;
  readonly store: VisibilityStore;
  readonly searchAttributes: SearchAttributes;
  /** Only where time skips: elsewhere the test service is not there, as on the real server. */
  readonly keeper: TimeKeeper | undefined;
}

/** Registers every RPC that the server answers. Of the declared services the others answer UNIMPLEMENTED. */
export function registerRpcs(dispatcher: Dispatcher, parts: ServerParts): void {
  const { engine, wall, queues, namespaces, store, searchAttributes, keeper } = parts;
  dispatcher.declare(WorkflowServiceHandlers);
  dispatcher.declare(OperatorServiceHandlers);
  dispatcher.declare(TestServiceHandlers);
  dispatcher.declare(HealthHandlers);
  dispatcher.register(HealthHandlers, healthRpcs);
  const workers = new WorkerRegistry(wall);
  const groups = [
    clusterRpcs({ capabilities: CAPABILITIES, clusterId: crypto.randomUUID() }),
    namespaceRpcs({ namespaces, features: NAMESPACE_FEATURES, wall }),
    startRpcs(engine),
    signalRpcs(engine),
    signalWithStartRpcs(engine),
    updateRpcs(engine, wall),
    multiOperationRpcs(engine, wall),
    queryRpcs(engine, wall),
    historyRpcs(engine, wall),
    resetRpcs(engine),
    workflowTaskRpcs(engine, queues),
    activityTaskRpcs(queues),
    activityAnswerRpcs(engine),
    visibilityRpcs({ store, slotNames: (namespace) => namespaces.slotNames(namespace) }),
    searchAttributeRpcs(),
    workerRpcs(workers),
    describeRpcs(engine, queues),
    shutdownRpcs(queues, workers),
  ];
  for (const group of groups) dispatcher.register(WorkflowServiceHandlers, group);
  dispatcher.register(OperatorServiceHandlers, searchAttributeOperatorRpcs(searchAttributes));
  const empty = (namespace: string): void => {
    engine.removeNamespace(namespace);
    for (const part of [queues, workers, store]) part.removeNamespace(namespace);
  };
  dispatcher.register(OperatorServiceHandlers, namespaceOperatorRpcs({ namespaces, empty }));
  if (keeper) dispatcher.register(TestServiceHandlers, testServiceRpcs(keeper));
}

/** What clients are told that the server can do. Each is true: they act on it. */
const CAPABILITIES = {
  signalAndQueryHeader: true,
  internalErrorDifferentiation: true,
  activityFailureIncludeHeartbeat: true,
  encodedFailureAttributes: true,
  upsertMemo: true,
  eagerWorkflowStart: true,
  sdkMetadata: true,
  countGroupByExecutionStatus: true,
};

const NAMESPACE_FEATURES = {
  capabilities: {
    eagerWorkflowStart: true,
    syncUpdate: true,
    asyncUpdate: true,
    workerHeartbeats: true,
    reportedProblemsSearchAttribute: true,
    workerPollCompleteOnShutdown: true,
  },
  limits: { blobSizeLimitError: MAX_BLOB_BYTES, memoSizeLimitError: MAX_MEMO_BYTES },
  supportsSchedules: false,
};
