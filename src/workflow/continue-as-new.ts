import { msOptionalToNumber } from "../common/duration.ts";
import { realmSafe } from "../common/realm-safe.ts";
import { checkRetryPolicy } from "../common/retry-policy.ts";
import { initialVersioningBehaviorNames } from "../common/versioning.ts";
import type { Workflow } from "../common/workflow-type.ts";
import { mapToPayloads, toPayloadsWithContext } from "../converter/sync/payload-converter.ts";
import { encodeUnifiedSearchAttributes } from "../converter/sync/search-attribute-payloads.ts";
import type { ContinueAsNewCommand } from "../core/command.ts";
import type { ContinueAsNewOptions } from "./continue-as-new-options.ts";
import type { ContinueAsNewInput } from "./interceptors.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { currentEventGroups } from "./runtime/event-groups.ts";

/** Any workflow, for calls that do not say which. */
type AnyWorkflow = (...args: unknown[]) => Promise<unknown>;

/** Thrown by {@link continueAsNew} to end the run. Let it pass: a `catch` that keeps it keeps the workflow running. */
export class ContinueAsNew extends Error {
  declare readonly code: "CONTINUE_AS_NEW";
  readonly command: ContinueAsNewCommand;

  constructor(command: ContinueAsNewCommand) {
    super("Workflow continued as new");
    this.command = command;
  }

  /** The event groups that the end of the run belongs to. */
  get eventGroupMarkers(): ContinueAsNewCommand["eventGroupMarkers"] {
    return this.command.eventGroupMarkers;
  }

  static {
    realmSafe(ContinueAsNew, "ContinueAsNew", "CONTINUE_AS_NEW");
  }
}

/**
 * Gives a function that ends the run and starts the next one with the arguments it is called with.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * const next = makeContinueAsNewFunc<typeof inventory>({ workflowRunTimeout: "1 day" });
 * await next(state);
 * ```
 */
export function makeContinueAsNewFunc<F extends Workflow = AnyWorkflow>(
  options: ContinueAsNewOptions = {},
): (...args: Parameters<F>) => Promise<never> {
  const { info, interceptors } = requireWritableRun("continueAsNew");
  const { workflowType, taskQueue, ...rest } = options;
  const complete = {
    workflowType: workflowType ?? info.workflowType,
    taskQueue: taskQueue ?? info.taskQueue,
    ...rest,
  };
  return (...args) =>
    composeInterceptors(
      interceptors.outbound,
      "continueAsNew",
      perdureContinueAsNew,
    )({ args, headers: {}, options: complete });
}

/**
 * Ends the run and starts a new one of the same workflow with a fresh history. It throws: nothing after it runs.
 *
 * @throws {ContinueAsNew} always
 * @example
 * ```ts
 * if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof inventory>(state);
 * ```
 */
export function continueAsNew<F extends Workflow = AnyWorkflow>(...args: Parameters<F>): Promise<never> {
  return makeContinueAsNewFunc<F>()(...args);
}

// Asynchronous, so that it rejects where interceptors expect a promise.
async function perdureContinueAsNew({ args, headers, options }: ContinueAsNewInput): Promise<never> {
  const run = requireRun();
  const { converters, facts } = run;
  const { context, payload } = converters;
  const { memo, retry, searchAttributes, typedSearchAttributes } = options;
  const sameType = options.workflowType === run.info.workflowType ? run.definition.typeInfo : undefined;
  const typeInfo = options.typeInfo ?? sameType;
  throw new ContinueAsNew({
    kind: "continueAsNew",
    eventGroupMarkers: currentEventGroups(run, options.eventGroups),
    workflowType: options.workflowType,
    taskQueue: options.taskQueue ?? facts.taskQueue,
    args: toPayloadsWithContext(payload, context, args, typeInfo?.inputTypes) ?? [],
    headers,
    workflowRunTimeoutMs: msOptionalToNumber(options.workflowRunTimeout, "workflowRunTimeout"),
    workflowTaskTimeoutMs: msOptionalToNumber(options.workflowTaskTimeout, "workflowTaskTimeout"),
    backoffStartIntervalMs: msOptionalToNumber(options.backoffStartInterval, "backoffStartInterval"),
    retryPolicy: retry ? checkRetryPolicy(retry, "retry") : undefined,
    memo: memo && mapToPayloads(payload, memo, context),
    searchAttributes:
      searchAttributes || typedSearchAttributes
        ? encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes)
        : undefined,
    versioningIntent: options.versioningIntent ?? "UNSPECIFIED",
    initialVersioningBehavior: initialVersioningBehaviorNames.encode(
      options.initialVersioningBehavior,
      "initialVersioningBehavior",
    ),
  });
}
