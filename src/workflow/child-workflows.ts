import { msOptionalToNumber } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import { compilePriority } from "../common/priority.ts";
import { checkRetryPolicy } from "../common/retry-policy.ts";
import { showValue } from "../common/type-guards.ts";
import type { BaseWorkflowHandle } from "../common/workflow-handle.ts";
import { extractWorkflowTypeAndConfig } from "../common/workflow-name.ts";
import { parentClosePolicyNames, workflowIdReusePolicyNames } from "../common/workflow-options.ts";
import type {
  Workflow,
  WorkflowClass,
  WorkflowOfClass,
  WorkflowResultType,
} from "../common/workflow-type.ts";
import { mapToPayloads, toPayloadsWithContext } from "../converter/sync/payload-converter.ts";
import { encodeUnifiedSearchAttributes } from "../converter/sync/search-attribute-payloads.ts";
import type { WorkflowSerializationContext } from "../converter/sync/serialization-context.ts";
import { userMetadataToPayload } from "../converter/sync/user-metadata.ts";
import type { StartChildWorkflow } from "../core/child-jobs.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import {
  type AnyChildOptions,
  ChildWorkflowCancellationType,
  type ChildWorkflowOptionsWithDefaults,
  type ChildWorkflowStartOptions,
} from "./child-workflow-options.ts";
import type { SignalTarget, StartChildWorkflowExecutionInput } from "./interceptors.ts";
import { uuid4 } from "./random.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand, type Run } from "./runtime/run.ts";
import { namedSignal, sendSignal } from "./signal-workflow.ts";

/** Acts on a child workflow that was started. */
export interface ChildWorkflowHandle<T extends Workflow = Workflow> extends BaseWorkflowHandle<T> {
  /** Run id of the child's first run. */
  readonly firstExecutionRunId: string;
  /**
   * Waits for the child's result.
   *
   * @throws {ChildWorkflowFailure} when the child did not complete; its cause says why
   */
  result(): Promise<WorkflowResultType<T>>;
}

type AnyChild = string | Workflow | WorkflowClass;

/**
 * Starts a child workflow, and waits until the server says that it runs.
 *
 * A child that is not waited for may fail without harm to this workflow. What becomes of a child when this workflow ends
 * is said by `parentClosePolicy`.
 *
 * @throws {WorkflowExecutionAlreadyStartedError} when its id is taken
 * @throws {ChildWorkflowFailure} when it was cancelled before it was sent, or the server refused for another reason
 * @throws {CancelledFailure} when the current scope is cancelled already
 * @example
 * ```ts
 * const shipment = await startChild(ship, { workflowId: `ship-${order.id}`, args: [order] });
 * await shipment.signal(hurry);
 * return await shipment.result();
 * ```
 */
export function startChild<T extends () => Promise<unknown>>(workflow: T): Promise<ChildWorkflowHandle<T>>;
export function startChild<T extends Workflow>(
  workflow: string | T,
  options: ChildWorkflowStartOptions<T>,
): Promise<ChildWorkflowHandle<T>>;
export function startChild<C extends WorkflowClass>(
  workflow: C,
  options?: ChildWorkflowStartOptions<WorkflowOfClass<C>>,
): Promise<ChildWorkflowHandle<WorkflowOfClass<C>>>;
export function startChild(workflow: string): Promise<ChildWorkflowHandle>;
// How many ticks this takes is part of the contract (D2).
export async function startChild(
  workflow: AnyChild,
  options: AnyChildOptions = {},
): Promise<ChildWorkflowHandle> {
  const run = requireWritableRun("startChild");
  const input = inputOf(run, workflow, options);
  const { workflowId } = input.options;
  const [started, completed] = await intercepted(run)(input);
  const firstExecutionRunId = await started;
  const target: SignalTarget = { type: "child", childWorkflowId: workflowId };
  return {
    workflowId,
    firstExecutionRunId,
    async result() {
      return await completed;
    },
    async signal(definition, ...args) {
      return sendSignal({ ...namedSignal(definition), args, target });
    },
    async signalWithOptions(definition, { args = [], typeInfo }) {
      return sendSignal({ ...namedSignal(definition, typeInfo), args, target });
    },
  };
}

/**
 * Starts a child workflow and waits for its result.
 *
 * @throws {ChildWorkflowFailure} when the child did not complete; its cause says why
 * @throws {WorkflowExecutionAlreadyStartedError} when its id is taken
 * @throws {CancelledFailure} when the current scope is cancelled already
 * @example
 * ```ts
 * const label = await executeChild(ship, { args: [order], parentClosePolicy: "ABANDON" });
 * ```
 */
export function executeChild<T extends () => Promise<unknown>>(workflow: T): Promise<WorkflowResultType<T>>;
export function executeChild<T extends Workflow>(
  workflow: string | T,
  options: ChildWorkflowStartOptions<T>,
): Promise<WorkflowResultType<T>>;
export function executeChild<C extends WorkflowClass>(
  workflow: C,
  options?: ChildWorkflowStartOptions<WorkflowOfClass<C>>,
): Promise<WorkflowResultType<WorkflowOfClass<C>>>;
export function executeChild(workflow: string): Promise<unknown>;
// How many ticks this takes is part of the contract (D2).
export async function executeChild(workflow: AnyChild, options: AnyChildOptions = {}): Promise<unknown> {
  const run = requireWritableRun("executeChild");
  const begun = intercepted(run)(inputOf(run, workflow, options));
  return begun.then(([_started, completed]) => completed);
}

type Execute = (input: StartChildWorkflowExecutionInput) => Promise<[Promise<string>, Promise<unknown>]>;

function intercepted(run: Run): Execute {
  return composeInterceptors(run.interceptors.outbound, "startChildWorkflowExecution", beginChild);
}

function inputOf(run: Run, workflow: AnyChild, options: AnyChildOptions): StartChildWorkflowExecutionInput {
  const { WAIT_CANCELLATION_COMPLETED } = ChildWorkflowCancellationType;
  // The id comes first: it draws from the random stream, whatever becomes of the rest.
  const workflowId = options.workflowId ?? uuid4();
  const complete: ChildWorkflowOptionsWithDefaults = {
    ...options,
    workflowId,
    args: [...(options.args ?? [])],
    cancellationType: options.cancellationType ?? WAIT_CANCELLATION_COMPLETED,
  };
  const { type: workflowType, typeInfo } = extractWorkflowTypeAndConfig(workflow, options.typeInfo);
  if (typeInfo !== undefined) complete.typeInfo = typeInfo;
  return { seq: run.nextSeqs.childWorkflow++, workflowType, options: complete, headers: {} };
}

function beginChild(input: StartChildWorkflowExecutionInput): Promise<[Promise<string>, Promise<unknown>]> {
  const run = requireRun();
  const { seq, options } = input;
  const { namespace } = run.info;
  const context: WorkflowSerializationContext = {
    type: "workflow",
    namespace,
    workflowId: options.workflowId,
  };
  const started = new Promise<string>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    const command = compile(run, input, context);
    if (scope.cancellable) {
      scope.cancelRequested.catch(() => {
        if (run.pending.children.has(seq))
          pushCommand(run, { kind: "cancelChildWorkflow", seq }, options.eventGroups);
      });
    }
    pushCommand(run, command, options.eventGroups);
    run.pending.childStarts.set(seq, { resolve, reject, context });
  });
  const completed = new Promise<unknown>((resolve, reject) => {
    started.catch(reject);
    const outputType = options.typeInfo?.outputType;
    if (run.pending.childStarts.has(seq))
      run.pending.children.set(seq, { resolve, reject, context, outputType });
  });
  // A child whose result nobody waits for may fail.
  completed.catch(() => undefined);
  return new Promise((resolve) => resolve([started, completed]));
}

/** Checks the options and brings them to the form of the command. */
function compile(
  run: Run,
  { seq, workflowType, options, headers }: StartChildWorkflowExecutionInput,
  context: WorkflowSerializationContext,
): StartChildWorkflow {
  const { payload } = run.converters;
  const { cancellationType, memo, priority, retry, searchAttributes, typedSearchAttributes } = options;
  if (!Object.hasOwn(ChildWorkflowCancellationType, cancellationType)) {
    const allowed = Object.keys(ChildWorkflowCancellationType).join(", ");
    throw new ValueError(`cancellationType is ${showValue(cancellationType)}; allowed are ${allowed}`);
  }
  const text = { summary: options.staticSummary, details: options.staticDetails };
  return {
    kind: "startChildWorkflow",
    seq,
    namespace: context.namespace,
    workflowId: options.workflowId,
    workflowType,
    taskQueue: options.taskQueue || run.facts.taskQueue,
    headers,
    args: toPayloadsWithContext(payload, context, options.args, options.typeInfo?.inputTypes) ?? [],
    workflowExecutionTimeoutMs: msOptionalToNumber(
      options.workflowExecutionTimeout,
      "workflowExecutionTimeout",
    ),
    workflowRunTimeoutMs: msOptionalToNumber(options.workflowRunTimeout, "workflowRunTimeout"),
    workflowTaskTimeoutMs: msOptionalToNumber(options.workflowTaskTimeout, "workflowTaskTimeout"),
    retryPolicy: retry ? checkRetryPolicy(retry, "retry") : undefined,
    cronSchedule: options.cronSchedule ?? "",
    memo: memo && mapToPayloads(payload, memo, context),
    searchAttributes:
      searchAttributes || typedSearchAttributes
        ? encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes)
        : undefined,
    cancellationType,
    parentClosePolicy: parentClosePolicyNames.encode(options.parentClosePolicy),
    workflowIdReusePolicy: workflowIdReusePolicyNames.encode(options.workflowIdReusePolicy),
    versioningIntent: options.versioningIntent ?? "UNSPECIFIED",
    priority: priority ? compilePriority(priority) : undefined,
    userMetadata: userMetadataToPayload(payload, text, context),
  };
}
