import type { Init } from "../../codec-runtime/init.ts";
import {
  QueryResultType,
  QueryRejectCondition as Reject,
} from "../../gen/codec/temporal/api/enums/v1/query.ts";
import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type {
  QueryWorkflowRequest,
  QueryWorkflowResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { DirectQueries, type QueryReply } from "../execution/direct-queries.ts";
import { checkExecution, type Engine } from "../execution/engine.ts";
import { open } from "../execution/id-policies.ts";
import type { Run } from "../execution/run.ts";
import { FAILING_TASK_ATTEMPTS, MAX_BLOB_BYTES } from "../limits.ts";
import type { Wall } from "../time/wall.ts";
import type { HandlersOf } from "./call.ts";
import { busyWorkflow, invalidArgument, workflowNotReady } from "./failures.ts";
import { payloadsBytes } from "./payload-bytes.ts";
import { ServiceFailure } from "./service-failure.ts";
import { decodeTaskToken } from "./task-token.ts";

type Answer = Init<QueryWorkflowResponse>;

/** Asking workflows, and what workers answer. */
export function queryRpcs(engine: Engine, wall: Wall): HandlersOf<WorkflowServiceHandlers> {
  const direct = new DirectQueries(engine, wall);
  return {
    queryWorkflow: async (request, call) => {
      const run = findRun(engine, request);
      const status = rejection(run, request);
      if (status !== undefined) {
        return { queryRejected: { status }, link: linkOf(run, "Query rejected") };
      }
      const atMs = call.timeoutMs === undefined ? undefined : wall.now() + call.timeoutMs;
      const ready = (): void => checkReady(run, atMs === undefined ? undefined : atMs - wall.now());
      ready();
      const reply = await ask(direct, run, request, { signal: call.signal, atMs, ready });
      return answerOf(run, reply);
    },
    respondQueryTaskCompleted: (request) => {
      const token = decodeTaskToken(request.taskToken, request.namespace);
      const tooLarge = payloadsBytes(request.queryResult) > MAX_BLOB_BYTES;
      direct.reply(String(token.stamp), tooLarge ? TOO_LARGE : request);
      return {};
    },
  };
}

const TOO_LARGE: QueryReply = {
  completedType: QueryResultType.FAILED,
  queryResult: undefined,
  errorMessage: "Blob data size exceeds limit.",
  failure: undefined,
};

function findRun(engine: Engine, { namespace, execution, query }: QueryWorkflowRequest): Run {
  checkExecution(execution);
  if (query === undefined) throw invalidArgument("WorkflowQuery is not set on request.");
  if (query.queryType === "") throw invalidArgument("QueryType is not set on request.");
  if (payloadsBytes(query.queryArgs) > MAX_BLOB_BYTES) throw invalidArgument("Blob data size exceeds limit.");
  return engine.find(namespace, execution);
}

/** The status because of which the caller does not want an answer, or cannot have one. */
function rejection(run: Run, { queryRejectCondition }: QueryWorkflowRequest): Status | undefined {
  const { status } = run.fields;
  if (status === Status.RUNNING) return undefined;
  const rejected =
    status === Status.PAUSED ||
    queryRejectCondition === Reject.NOT_OPEN ||
    (queryRejectCondition === Reject.NOT_COMPLETED_CLEANLY && status !== Status.COMPLETED);
  return rejected ? status : undefined;
}

/** @throws {ServiceFailure} FAILED_PRECONDITION when nobody will answer a query within `waitMs` */
function checkReady(run: Run, waitMs: number | undefined): void {
  const { fields } = run;
  if (!open(run) && fields.lastStartedId === 0) {
    throw workflowNotReady("Workflow execution closed before WorkflowTaskStarted event");
  }
  if (
    fields.backingOff &&
    fields.task === undefined &&
    fields.executionMs > run.timeline.now() + (waitMs ?? 0)
  ) {
    throw workflowNotReady("Workflow task is not scheduled yet.");
  }
  if (fields.taskAttempt >= FAILING_TASK_ATTEMPTS) {
    throw workflowNotReady("Unable to query workflow due to Workflow Task in failed state.");
  }
}

/** Directly, if nothing is under way that the answer should know of; else with the workflow task that is. */
async function ask(
  direct: DirectQueries,
  run: Run,
  { query }: QueryWorkflowRequest,
  { signal, atMs, ready }: { signal: AbortSignal; atMs: number | undefined; ready: () => void },
): Promise<QueryReply> {
  const { fields } = run;
  const safe = fields.lastStartedId !== 0 && (!open(run) || fields.task === undefined);
  if (!safe) {
    if (run.queries.full) {
      throw busyWorkflow(
        "consistent query buffer is full, this may be caused by too many queries and workflow not able to process query fast enough",
      );
    }
    const end = await run.queries.wait(query ?? {}, signal);
    if (end.kind === "answered") {
      const { result } = end;
      if (payloadsBytes(result.answer) > MAX_BLOB_BYTES)
        throw invalidArgument("Blob data size exceeds limit.");
      return { ...result, completedType: result.resultType, queryResult: result.answer };
    }
    ready();
  }
  return direct.ask(run, query ?? {}, { signal, atMs });
}

function answerOf(run: Run, reply: QueryReply): Answer {
  if (reply.completedType === QueryResultType.ANSWERED) {
    return { queryResult: reply.queryResult, link: linkOf(run, "Query processed") };
  }
  if (reply.completedType === QueryResultType.FAILED) {
    throw new ServiceFailure(GrpcStatus.INVALID_ARGUMENT, reply.errorMessage, {
      kind: "QueryFailedFailure",
      value: { failure: reply.failure },
    });
  }
  throw new ServiceFailure(GrpcStatus.INTERNAL, "unknown query completed type");
}

function linkOf({ namespace, workflowId, runId }: Run, reason: string): Answer["link"] {
  return { variant: { case: "workflow", value: { namespace, workflowId, runId, reason } } };
}
