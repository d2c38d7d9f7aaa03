import type { Init } from "../../codec-runtime/init.ts";
import type { WorkerHeartbeat, WorkerListInfo } from "../../gen/codec/temporal/api/worker/v1/message.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { QueryError } from "../visibility/query-error.ts";
import { type WorkerTest, workerTest } from "../workers/worker-query.ts";
import type { WorkerRegistry } from "../workers/worker-registry.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument, notFound } from "./failures.ts";

/** Heartbeats of workers, and lists of them. */
export function workerRpcs(workers: WorkerRegistry): HandlersOf<WorkflowServiceHandlers> {
  return {
    recordWorkerHeartbeat: ({ namespace, workerHeartbeat }) => {
      workers.record(namespace, workerHeartbeat);
      return {};
    },
    listWorkers: ({ namespace, query, pageSize, nextPageToken, includeSystemWorkers }) => {
      const found = workers.list(namespace, includeSystemWorkers).filter(compile(query));
      const after = nextPageToken.length === 0 ? undefined : readToken(nextPageToken);
      const rest =
        after === undefined ? found : found.filter(({ workerInstanceKey }) => workerInstanceKey > after);
      const page = pageSize > 0 ? rest.slice(0, pageSize) : rest;
      const last = page.length < rest.length ? page.at(-1) : undefined;
      return {
        workersInfo: page.map((workerHeartbeat) => ({ workerHeartbeat })),
        workers: page.map(listInfo),
        nextPageToken: last && writeToken(last.workerInstanceKey),
      };
    },
    countWorkers: ({ namespace, query, includeSystemWorkers }) => ({
      count: workers.list(namespace, includeSystemWorkers).filter(compile(query)).length,
    }),
    describeWorker: ({ namespace, workerInstanceKey }) => {
      const workerHeartbeat = workers.find(namespace, workerInstanceKey);
      if (workerHeartbeat === undefined) throw notFound(`Worker ${workerInstanceKey} not found`);
      return { workerInfo: { workerHeartbeat } };
    },
  };
}

function compile(query: string): WorkerTest {
  try {
    return workerTest(query);
  } catch (error) {
    if (error instanceof QueryError) throw invalidArgument(error.message);
    throw error;
  }
}

function listInfo(heartbeat: WorkerHeartbeat): Init<WorkerListInfo> {
  return {
    workerInstanceKey: heartbeat.workerInstanceKey,
    workerIdentity: heartbeat.workerIdentity,
    taskQueue: heartbeat.taskQueue,
    deploymentVersion: heartbeat.deploymentVersion,
    sdkName: heartbeat.sdkName,
    sdkVersion: heartbeat.sdkVersion,
    status: heartbeat.status,
    startTime: heartbeat.startTime,
    hostName: heartbeat.hostInfo?.hostName,
    workerGroupingKey: heartbeat.hostInfo?.workerGroupingKey,
    processId: heartbeat.hostInfo?.processId,
    plugins: heartbeat.plugins,
    drivers: heartbeat.drivers,
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function writeToken(key: string): Uint8Array {
  return encoder.encode(JSON.stringify({ LastWorkerInstanceKey: key }));
}

function readToken(token: Uint8Array): string {
  try {
    const { LastWorkerInstanceKey: key } = JSON.parse(decoder.decode(token)) as Readonly<
      Record<string, unknown>
    >;
    if (typeof key === "string") return key;
  } catch {
    // Refused below, as any other token that is none of ours.
  }
  throw invalidArgument("invalid next_page_token");
}
