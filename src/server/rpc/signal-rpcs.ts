import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { tooLong } from "../commands/activity-attributes.ts";
import { terminate } from "../execution/close.ts";
import { checkExecution, type Engine } from "../execution/engine.ts";
import { open } from "../execution/id-policies.ts";
import { findInChain, requestCancel, signalRun } from "../execution/messages.ts";
import { MAX_BLOB_BYTES } from "../limits.ts";
import type { HandlersOf } from "./call.ts";
import { alreadyCompleted, invalidArgument } from "./failures.ts";
import { checkLinks } from "./link-checks.ts";
import { payloadsBytes } from "./payload-bytes.ts";
import { checkRequestId } from "./request-checks.ts";

/** What clients do to runs: signal, cancel, terminate. */
export function signalRpcs(engine: Engine): HandlersOf<WorkflowServiceHandlers> {
  return {
    signalWorkflowExecution: (request) => {
      checkExecution(request.workflowExecution);
      checkSignal(request);
      checkLinks(request.links);
      const run = engine.find(request.namespace, request.workflowExecution);
      engine.transact(run, (tx) => signalRun(tx, request));
      return {};
    },
    requestCancelWorkflowExecution: (request) => {
      checkExecution(request.workflowExecution);
      checkLinks(request.links);
      const run = findInChain(
        engine,
        request.namespace,
        request.workflowExecution,
        request.firstExecutionRunId,
      );
      engine.transact(run, (tx) => requestCancel(tx, request));
      return {};
    },
    terminateWorkflowExecution: (request) => {
      checkExecution(request.workflowExecution);
      checkLinks(request.links);
      const run = findInChain(
        engine,
        request.namespace,
        request.workflowExecution,
        request.firstExecutionRunId,
      );
      if (!open(run)) throw alreadyCompleted();
      const { details, links } = request;
      const reason = request.reason || "terminated by user via frontend";
      const identity = request.identity || "frontend-service";
      engine.transact(run, (tx) =>
        terminate(tx, { reason, details, identity }, links.length > 0 ? { links } : undefined),
      );
      return {};
    },
  };
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when a signal is not as it should be */
export function checkSignal(request: {
  readonly signalName: string;
  readonly requestId: string;
  readonly input?: Parameters<typeof payloadsBytes>[0];
}): void {
  if (request.signalName === "") throw invalidArgument("SignalName is not set on request.");
  if (tooLong(request.signalName)) throw invalidArgument("SignalName length exceeds limit.");
  checkRequestId(request.requestId);
  if (payloadsBytes(request.input) > MAX_BLOB_BYTES) throw invalidArgument("Blob data size exceeds limit.");
}
