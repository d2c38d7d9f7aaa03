import { IllegalStateError } from "../../../common/errors.ts";
import { WorkflowExecutionAlreadyStartedError } from "../../../common/workflow-already-started.ts";
import { fromPayloadWithTypeInfo } from "../../../converter/sync/type-info.ts";
import type { Job } from "../../../core/activation.ts";
import type { Run } from "../run.ts";

/** The server started a child, or did not. */
export function resolveChildWorkflowStart(
  run: Run,
  { seq, resolution }: Extract<Job, { kind: "resolveChildWorkflowStart" }>,
): void {
  const resolver = run.pending.childStarts.get(seq);
  if (resolver === undefined) throw new IllegalStateError(`No completion for the start of child ${seq}`);
  run.pending.childStarts.delete(seq);
  if (resolution.kind === "started") {
    resolver.resolve(resolution.runId);
    return;
  }
  // There will be no result: the rejection of the start is that of the result too.
  run.pending.children.delete(seq);
  if (resolution.kind === "alreadyStarted") {
    const { workflowId, workflowType } = resolution;
    const message = "Workflow execution already started";
    const error = new WorkflowExecutionAlreadyStartedError(message, workflowId, workflowType);
    // It was made here, not where the user's code is: the frames are of no use.
    error.stack = `${error.name}: ${message}`;
    resolver.reject(error);
    return;
  }
  const { payload, failure } = run.converters;
  resolver.reject(failure.failureToError(resolution.failure, payload, resolver.context));
}

/** A child ended, or need not be waited for any more. */
export function resolveChildWorkflow(
  run: Run,
  { seq, resolution }: Extract<Job, { kind: "resolveChildWorkflow" }>,
): void {
  const resolver = run.pending.children.get(seq);
  if (resolver === undefined) throw new IllegalStateError(`No completion for child ${seq}`);
  run.pending.children.delete(seq);
  const { payload, failure } = run.converters;
  const { context, outputType } = resolver;
  if (resolution.kind !== "completed") {
    const error = failure.failureToError(resolution.failure, payload, context);
    resolver.reject(error);
    // Left before it started: who waits for the start would wait for ever.
    run.pending.childStarts.get(seq)?.reject(error);
    run.pending.childStarts.delete(seq);
  } else {
    const { result } = resolution;
    resolver.resolve(result && fromPayloadWithTypeInfo(payload, result, context, outputType));
  }
}
