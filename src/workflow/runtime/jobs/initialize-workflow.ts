import {
  arrayFromPayloads,
  fromPayloadsAtIndex,
  mapFromPayloads,
} from "../../../converter/sync/payload-converter.ts";
import {
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
} from "../../../converter/sync/search-attribute-payloads.ts";
import type { Job } from "../../../core/activation.ts";
import type { WorkflowExecuteInput } from "../../interceptors.ts";
import { composeInterceptors } from "../compose-interceptors.ts";
import { insideHeaders } from "../converters.ts";
import { requireRun } from "../current.ts";
import { completeWorkflow, handleWorkflowError } from "../failures.ts";
import { inKeyOrder } from "../key-order.ts";
import { withLifecycleLog } from "../logging.ts";
import type { Run } from "../run.ts";

export type InitializeJob = Extract<Job, { kind: "initializeWorkflow" }>;

/** Completes what is known of the run by what takes the user's converter, before any other job. */
export function initializeWorkflow(run: Run, { attributes, args }: InitializeJob): void {
  const { payload, failure, context } = run.converters;
  const { searchAttributes, memo, lastCompletionResult, continuedFailure } = attributes;
  const fields = searchAttributes && inKeyOrder(searchAttributes.indexedFields);
  run.info = {
    ...run.info,
    searchAttributes: decodeSearchAttributes(fields),
    typedSearchAttributes: decodeTypedSearchAttributes(fields),
    memo: mapFromPayloads(payload, memo && inKeyOrder(memo.fields), context) ?? {},
    lastResult: fromPayloadsAtIndex(payload, 0, lastCompletionResult?.payloads, context),
    lastFailure: continuedFailure && failure.failureToError(continuedFailure, payload, context),
  };
  const { definition } = run;
  const rules = definition.options?.();
  if (rules !== undefined) {
    definition.versioningBehavior = rules.versioningBehavior;
    definition.failureExceptionTypes = rules.failureExceptionTypes;
  }
  if (definition.construct === undefined) return;
  try {
    definition.construct(arrayFromPayloads(payload, args, context, definition.typeInfo?.inputTypes));
  } catch (error) {
    definition.start = undefined;
    handleWorkflowError(run, error);
  }
}

/** Calls the main function: after the signals that came with the first task, so that they are never late. */
export function startWorkflow(run: Run, job: InitializeJob): void {
  const { payload, context } = run.converters;
  // The constructor of a workflow class threw, which has been dealt with.
  if (run.definition.start === undefined) return;
  const execute = composeInterceptors(run.interceptors.inbound, "execute", perdureEntryWorkflow);
  withLifecycleLog(run, () =>
    execute({
      headers: insideHeaders(job.headers),
      args: arrayFromPayloads(payload, job.args, context, run.definition.typeInfo?.inputTypes),
    }),
  ).then(
    (result) => completeWorkflow(run, result),
    (error: unknown) => handleWorkflowError(run, error),
  );
}

// How many ticks this takes is part of the contract (D2).
async function perdureEntryWorkflow({ args }: WorkflowExecuteInput): Promise<unknown> {
  return await requireRun().definition.start?.(args);
}
