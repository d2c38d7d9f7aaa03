import type { Init } from "../../../src/codec-runtime/init.ts";
import type { WorkerHeartbeat } from "../../../src/gen/codec/temporal/api/worker/v1/message.ts";
import type { Exchange, Services } from "../namespaces/exchange.ts";

const namespace = "default";

function beat(what: string, workerHeartbeat: readonly Init<WorkerHeartbeat>[], name = namespace): Exchange {
  return {
    what: `beat: ${what}`,
    call: ({ workflow }) =>
      workflow.recordWorkerHeartbeat({ namespace: name, identity: "test", workerHeartbeat }),
  };
}

function shutDown(what: string, request: Parameters<Services["workflow"]["shutdownWorker"]>[0]): Exchange {
  return {
    what: `shut down: ${what}`,
    call: ({ workflow }) => workflow.shutdownWorker({ namespace, identity: "test", ...request }),
  };
}

type ListRequest = Parameters<Services["workflow"]["listWorkers"]>[0];

function list(what: string, request: ListRequest): Exchange {
  return {
    what: `list: ${what}`,
    call: async ({ workflow }) => {
      const { workersInfo, workers, nextPageToken } = await workflow.listWorkers({ namespace, ...request });
      return {
        keys: workersInfo.map((info) => info.workerHeartbeat?.workerInstanceKey).sort(),
        short: workers.map((worker) => worker.workerInstanceKey).sort(),
        more: nextPageToken.length > 0,
      };
    },
  };
}

const QUERIES: readonly string[] = [
  "TaskQueue = 'one'",
  "TaskQueue != 'one'",
  "TaskQueue STARTS_WITH 'o'",
  "TaskQueue NOT STARTS_WITH 'o'",
  "WorkerInstanceKey = 'key-1'",
  "WorkerIdentity = 'worker 1'",
  "HostName = 'host'",
  "HostName IS NULL",
  "HostName IS NOT NULL",
  "DeploymentName = 'deployment'",
  "BuildId = 'b1'",
  "BuildId IS NULL",
  "SdkName = 'perdure' AND SdkVersion = '1'",
  "SdkName = 'perdure' OR SdkName = 'other'",
  "(SdkName = 'perdure')",
  "WorkerStatus = 'Running'",
  "Status = 'Running'",
  "status = 'Running'",
  "`Status` = 'Running'",
  "WorkerStatus = 'ShuttingDown'",
  "StartTime > '2020-01-01T00:00:00Z'",
  "StartTime < '2020-01-01T00:00:00Z'",
  "StartTime BETWEEN '2020-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
  "StartTime NOT BETWEEN '2020-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
  "StartTime IS NULL",
  "HeartbeatTime IS NULL",
  "HeartbeatTime > 5",
  "HeartbeatTime > 'yesterday'",
  "TaskQueue = 5",
  "TaskQueue = ''",
  "TaskQueue > 'a'",
  "TaskQueue IN ('one')",
  "TaskQueue BETWEEN 'a' AND 'z'",
  "TaskQueue IS TRUE",
  "NOT TaskQueue = 'one'",
  "Nope = 'x'",
  "taskqueue = 'one'",
  "TaskQueue",
  "now()",
  "TaskQueue =",
  "TaskQueue = 'one' LIMIT 1",
  "TaskQueue = 'one' ORDER BY TaskQueue",
  "   ",
  "ORDER BY TaskQueue",
  "TaskQueue = 'one' AND",
];

/** Queries that begin as a statement does. */
const FILTERS: readonly string[] = ["where TaskQueue = 'one'", "select * from x"];

const STARTED = { seconds: 1_767_225_600 };

/** Requests about workers, in the order in which they are sent. */
export const WORKER_TABLE: readonly Exchange[] = [
  list("none", {}),
  beat("one", [
    {
      workerInstanceKey: "key-1",
      workerIdentity: "worker 1",
      hostInfo: { hostName: "host", processId: "1" },
      taskQueue: "one",
      deploymentVersion: { deploymentName: "deployment", buildId: "b1" },
      sdkName: "perdure",
      sdkVersion: "1",
      status: 1,
      startTime: STARTED,
      heartbeatTime: STARTED,
    },
  ]),
  beat("two more", [
    { workerInstanceKey: "key-2", taskQueue: "two", sdkName: "other", status: 1, startTime: STARTED },
    { workerInstanceKey: "key-3", taskQueue: "one", sdkName: "perdure", sdkVersion: "2", status: 2 },
  ]),
  beat("none", []),
  beat("one without a key", [{ taskQueue: "three" }]),
  beat("the server's own", [
    { workerInstanceKey: "key-own", taskQueue: "temporal-sys-per-ns-tq", status: 1 },
  ]),
  beat("in an unknown namespace", [], "nowhere"),
  beat("without a namespace", [], ""),
  list("all", {}),
  list("all, the server's own too", { includeSystemWorkers: true }),
  list("a page of 2", { pageSize: 2 }),
  list("a bad token", { nextPageToken: new TextEncoder().encode("nonsense") }),
  list("a token that is a number", { nextPageToken: new TextEncoder().encode("5") }),
  list("a token that is bytes", { nextPageToken: new Uint8Array([0xff]) }),
  {
    ...list("a token of the wrong type", {
      nextPageToken: new TextEncoder().encode('{"LastWorkerInstanceKey":5}'),
    }),
    differs: "it takes any object of JSON for its own, and begins anew",
  },
  list("a negative page size", { pageSize: -1 }),
  list("in an unknown namespace", { namespace: "nowhere" }),
  list("without a namespace", { namespace: "" }),
  ...QUERIES.map((query) => list(query, { query })),
  ...FILTERS.map((query) => ({
    ...list(query, { query }),
    differs: "the real server hides its message",
  })),
  {
    what: "count",
    call: async ({ workflow }) => (await workflow.countWorkers({ namespace })).count,
  },
  {
    what: "count by a query",
    call: async ({ workflow }) =>
      (await workflow.countWorkers({ namespace, query: "TaskQueue = 'one'" })).count,
  },
  {
    what: "count by a bad query",
    call: async ({ workflow }) => (await workflow.countWorkers({ namespace, query: "TaskQueue =" })).count,
  },
  {
    what: "describe",
    call: ({ workflow }) => workflow.describeWorker({ namespace, workerInstanceKey: "key-1" }),
  },
  {
    what: "what a list says of a worker",
    call: ({ workflow }) => workflow.listWorkers({ namespace, query: "WorkerInstanceKey = 'key-1'" }),
  },
  {
    what: "describe an unknown one",
    call: ({ workflow }) => workflow.describeWorker({ namespace, workerInstanceKey: "key-9" }),
  },
  {
    what: "describe without a key",
    call: ({ workflow }) => workflow.describeWorker({ namespace }),
  },
  {
    what: "describe where there are none",
    call: ({ workflow }) => workflow.describeWorker({ namespace: "nowhere", workerInstanceKey: "key-1" }),
  },
  beat("shutting down", [{ workerInstanceKey: "key-1", status: 2 }]),
  list("after that", {}),
  beat("shut down", [{ workerInstanceKey: "key-1", status: 3 }]),
  list("after that too", {}),
  shutDown("with a last heartbeat", { workerHeartbeat: { workerInstanceKey: "key-2", status: 3 } }),
  list("after the last heartbeat", {}),
  shutDown("with a heartbeat that says it is still at it", {
    workerHeartbeat: { workerInstanceKey: "key-4", status: 2 },
    workerInstanceKey: "key-4",
  }),
  list("after the heartbeat of one that goes", {}),
  shutDown("of a worker without a heartbeat", { workerInstanceKey: "key-3", taskQueue: "one" }),
  list("after a shutdown without a heartbeat", {}),
  {
    what: "fetch config",
    call: ({ workflow }) => workflow.fetchWorkerConfig({ namespace }),
    differs: "says that it is not implemented, as everything that is missing",
  },
];
