/** What callers may be let do. */
export type RpcGroup = "read" | "start" | "signal" | "worker" | "operator";

/** All groups of RPCs. */
export const RPC_GROUPS: readonly RpcGroup[] = ["read", "start", "signal", "worker", "operator"];

/** Where fields are: numbers from the request down to the field, `2.1.4`. */
export type FieldPath = string;

/** A message of which all fields are known, and were looked at when these rules were written. */
export interface ClosedMessage {
  readonly path: FieldPath;
  readonly fields: ReadonlySet<number>;
}

/** What the gateway knows of a method. */
export interface RpcRule {
  /** `StartWorkflowExecution`. */
  readonly name: string;
  /** A caller needs all of these. */
  readonly groups: readonly RpcGroup[];
  /** Where the request says its namespace; undefined: it belongs to none. */
  readonly namespace: FieldPath | undefined;
  /** Where it may name others, which the caller must be allowed too. */
  readonly otherNamespaces: readonly FieldPath[];
  /** Where it names task queues by a `TaskQueue` message. */
  readonly taskQueues: readonly FieldPath[];
  /** Where it names task queues by a text. */
  readonly taskQueueNames: readonly FieldPath[];
  /** Where it may ask the server to call somebody when it is done. */
  readonly callbacks: readonly FieldPath[];
  /** Where what a newer API adds could name a namespace or a queue that is not looked for. */
  readonly closed: ClosedMessage | undefined;
  /** `poll`: of a worker; `long`: may take as long as one; else `short`. */
  readonly length: "poll" | "long" | "short";
}

const WORKFLOW_SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/";
const OPERATOR_SERVICE = "/temporal.api.operatorservice.v1.OperatorService/";
const TEST_SERVICE = "/temporal.api.testservice.v1.TestService/";

/** Answered by the gateway itself, to everybody. */
export const HEALTH_CHECK_PATH = "/grpc.health.v1.Health/Check";

const GROUPS: Readonly<Record<RpcGroup, string>> = {
  read: `
    CountActivityExecutions CountNexusOperationExecutions CountSchedules CountWorkers CountWorkflowExecutions
    DescribeActivityExecution DescribeBatchOperation DescribeDeployment DescribeNamespace DescribeNexusOperationExecution
    DescribeSchedule DescribeTaskQueue DescribeWorker DescribeWorkerDeployment DescribeWorkerDeploymentVersion
    DescribeWorkflowExecution DescribeWorkflowRule GetClusterInfo GetCurrentDeployment GetDeploymentReachability
    GetSearchAttributes GetSystemInfo GetWorkerBuildIdCompatibility GetWorkerTaskReachability GetWorkerVersioningRules
    GetWorkflowExecutionHistory GetWorkflowExecutionHistoryReverse ListActivityExecutions ListArchivedWorkflowExecutions
    ListBatchOperations ListClosedWorkflowExecutions ListDeployments ListNamespaces ListNexusOperationExecutions
    ListOpenWorkflowExecutions ListScheduleMatchingTimes ListSchedules ListTaskQueuePartitions ListWorkerDeployments
    ListWorkers ListWorkflowExecutions ListWorkflowRules PollActivityExecution PollNexusOperationExecution
    PollWorkflowExecutionTimeSkipping PollWorkflowExecutionUpdate QueryWorkflow ScanWorkflowExecutions`,
  start: `
    CreateSchedule DeleteSchedule ExecuteMultiOperation PatchSchedule SignalWithStartWorkflowExecution StartActivityExecution
    StartNexusOperationExecution StartWorkflowExecution UpdateSchedule`,
  signal: `
    ExecuteMultiOperation PauseActivity PauseActivityExecution PauseWorkflowExecution RequestCancelActivityExecution
    RequestCancelNexusOperationExecution RequestCancelWorkflowExecution ResetActivity ResetActivityExecution
    ResetWorkflowExecution SignalWithStartWorkflowExecution SignalWorkflowExecution TerminateActivityExecution
    TerminateNexusOperationExecution TerminateWorkflowExecution UnpauseActivity UnpauseActivityExecution
    UnpauseWorkflowExecution UpdateActivityExecutionOptions UpdateActivityOptions UpdateWorkflowExecution
    UpdateWorkflowExecutionOptions`,
  worker: `
    FetchWorkerConfig PollActivityTaskQueue PollNexusTaskQueue PollWorkflowTaskQueue RecordActivityTaskHeartbeat
    RecordActivityTaskHeartbeatById RecordWorkerHeartbeat ResetStickyTaskQueue RespondActivityTaskCanceled
    RespondActivityTaskCanceledById RespondActivityTaskCompleted RespondActivityTaskCompletedById RespondActivityTaskFailed
    RespondActivityTaskFailedById RespondNexusTaskCompleted RespondNexusTaskFailed RespondQueryTaskCompleted
    RespondWorkflowTaskCompleted RespondWorkflowTaskFailed ShutdownWorker`,
  operator: `
    CreateWorkerDeployment CreateWorkerDeploymentVersion CreateWorkflowRule DeleteActivityExecution
    DeleteNexusOperationExecution DeleteWorkerDeployment DeleteWorkerDeploymentVersion DeleteWorkflowExecution
    DeleteWorkflowRule DeprecateNamespace RegisterNamespace SetCurrentDeployment SetWorkerDeploymentCurrentVersion
    SetWorkerDeploymentManager SetWorkerDeploymentRampingVersion StartBatchOperation StopBatchOperation TriggerWorkflowRule
    UpdateNamespace UpdateTaskQueueConfig UpdateWorkerBuildIdCompatibility UpdateWorkerConfig
    UpdateWorkerDeploymentVersionComputeConfig UpdateWorkerDeploymentVersionMetadata UpdateWorkerVersioningRules
    ValidateWorkerDeploymentVersionComputeConfig`,
};

const OPERATOR_METHODS = `AddOrUpdateRemoteCluster AddSearchAttributes CreateNexusEndpoint DeleteNamespace DeleteNexusEndpoint
  GetNexusEndpoint ListClusters ListNexusEndpoints ListSearchAttributes RemoveRemoteCluster RemoveSearchAttributes UpdateNexusEndpoint`;
const OPERATOR_READS: ReadonlySet<string> = new Set(["ListSearchAttributes"]);
const TEST_METHODS =
  "GetCurrentTime LockTimeSkipping Sleep SleepUntil UnlockTimeSkipping UnlockTimeSkippingWithSleep";

/** Where requests say their namespace, if not in field 1; undefined: nowhere. */
const NAMESPACE_PATHS: Readonly<Record<string, FieldPath | undefined>> = {
  AddOrUpdateRemoteCluster: undefined,
  AddSearchAttributes: "2",
  CreateNexusEndpoint: undefined,
  DeleteNexusEndpoint: undefined,
  GetClusterInfo: undefined,
  GetNexusEndpoint: undefined,
  GetSearchAttributes: undefined,
  GetSystemInfo: undefined,
  ListClusters: undefined,
  ListNamespaces: undefined,
  ListNexusEndpoints: undefined,
  RecordActivityTaskHeartbeat: "4",
  RemoveRemoteCluster: undefined,
  RemoveSearchAttributes: "2",
  RespondActivityTaskCanceled: "4",
  RespondActivityTaskCompleted: "4",
  RespondActivityTaskFailed: "4",
  RespondQueryTaskCompleted: "6",
  RespondWorkflowTaskCompleted: "9",
  RespondWorkflowTaskFailed: "6",
  UpdateNexusEndpoint: undefined,
};

/**
 * Namespaces inside of requests: of the operations of a multi-operation, of a workflow's commands, of an endpoint's target. Also
 * where a namespace may be said by its id, which no caller's list has.
 */
const OTHER_NAMESPACES: Readonly<Record<string, readonly FieldPath[]>> = {
  CreateNexusEndpoint: ["1.3.1.1"],
  DeleteNamespace: ["2"],
  DescribeNamespace: ["2"],
  ExecuteMultiOperation: ["2.1.1", "2.2.1"],
  RespondWorkflowTaskCompleted: ["2.9.1", "2.12.1", "2.13.1"],
  UpdateNexusEndpoint: ["3.3.1.1"],
};

const TASK_QUEUES: Readonly<Record<string, readonly FieldPath[]>> = {
  CreateSchedule: ["3.2.1.3"],
  DescribeTaskQueue: ["2"],
  ExecuteMultiOperation: ["2.1.4"],
  ListTaskQueuePartitions: ["2"],
  PollActivityTaskQueue: ["2"],
  PollNexusTaskQueue: ["3"],
  PollWorkflowTaskQueue: ["2"],
  RespondWorkflowTaskCompleted: ["2.2.4", "2.11.2", "2.12.4", "4.1"],
  SignalWithStartWorkflowExecution: ["4"],
  StartActivityExecution: ["6"],
  StartBatchOperation: ["18.4.1"],
  StartWorkflowExecution: ["4"],
  UpdateActivityExecutionOptions: ["6.1"],
  UpdateActivityOptions: ["4.1"],
  UpdateSchedule: ["3.2.1.3"],
};

const TASK_QUEUE_NAMES: Readonly<Record<string, readonly FieldPath[]>> = {
  CreateNexusEndpoint: ["1.3.1.2"],
  GetWorkerBuildIdCompatibility: ["2"],
  GetWorkerTaskReachability: ["3"],
  GetWorkerVersioningRules: ["2"],
  PollNexusTaskQueue: ["7.4"],
  RecordWorkerHeartbeat: ["3.4"],
  // Not the worker's own queue (2), whose name it made up.
  ShutdownWorker: ["5.4", "7"],
  UpdateNexusEndpoint: ["3.3.1.2"],
  UpdateTaskQueueConfig: ["3"],
  UpdateWorkerBuildIdCompatibility: ["2"],
  UpdateWorkerVersioningRules: ["2"],
};

const CALLBACKS: Readonly<Record<string, readonly FieldPath[]>> = {
  ExecuteMultiOperation: ["2.1.21", "2.2.5.4"],
  StartActivityExecution: ["19"],
  StartWorkflowExecution: ["21"],
  UpdateWorkflowExecution: ["5.4"],
};

/** Kinds of commands and of operations: a new one may do what no rule here thinks of. */
const CLOSED: Readonly<Record<string, ClosedMessage>> = {
  ExecuteMultiOperation: { path: "2", fields: new Set([1, 2]) },
  RespondWorkflowTaskCompleted: {
    path: "2",
    fields: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 301, 302]),
  },
};

const POLLS: ReadonlySet<string> = new Set([
  "PollActivityTaskQueue",
  "PollNexusTaskQueue",
  "PollWorkflowTaskQueue",
]);
const LONG: ReadonlySet<string> = new Set([
  "DescribeActivityExecution",
  "DescribeNexusOperationExecution",
  "ExecuteMultiOperation",
  "GetWorkflowExecutionHistory",
  "PollActivityExecution",
  "PollNexusOperationExecution",
  "PollWorkflowExecutionTimeSkipping",
  "PollWorkflowExecutionUpdate",
  "QueryWorkflow",
  "UpdateWorkflowExecution",
]);
/** The services whose calls are passed on at all: none that is for other servers of a cluster, such as AdminService. */
const SERVICES: readonly string[] = [WORKFLOW_SERVICE, OPERATOR_SERVICE, TEST_SERVICE];

const RULES: ReadonlyMap<string, RpcRule> = makeRules();

/** What is known of a method; undefined when the gateway's API has no such method. */
export function findRule(path: string): RpcRule | undefined {
  return RULES.get(path);
}

/** Whether a path is of a service whose newer methods may be passed on for those who may do everything. */
export function isKnownService(path: string): boolean {
  return SERVICES.some((service) => path.startsWith(service));
}

function makeRules(): ReadonlyMap<string, RpcRule> {
  const rules = new Map<string, RpcRule>();
  for (const group of RPC_GROUPS) {
    for (const name of words(GROUPS[group])) {
      const before = rules.get(WORKFLOW_SERVICE + name);
      rules.set(WORKFLOW_SERVICE + name, ruleOf(name, [...(before?.groups ?? []), group]));
    }
  }
  for (const name of words(OPERATOR_METHODS)) {
    rules.set(OPERATOR_SERVICE + name, ruleOf(name, [OPERATOR_READS.has(name) ? "read" : "operator"]));
  }
  for (const name of words(TEST_METHODS)) {
    rules.set(TEST_SERVICE + name, { ...ruleOf(name, ["operator"]), namespace: undefined, length: "long" });
  }
  return rules;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function ruleOf(name: string, groups: readonly RpcGroup[]): RpcRule {
  const short = LONG.has(name) ? "long" : "short";
  return {
    name,
    groups,
    namespace: Object.hasOwn(NAMESPACE_PATHS, name) ? NAMESPACE_PATHS[name] : "1",
    otherNamespaces: OTHER_NAMESPACES[name] ?? [],
    taskQueues: TASK_QUEUES[name] ?? [],
    taskQueueNames: TASK_QUEUE_NAMES[name] ?? [],
    callbacks: CALLBACKS[name] ?? [],
    closed: CLOSED[name],
    length: POLLS.has(name) ? "poll" : short,
  };
}
