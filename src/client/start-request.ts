import type { Init } from "../codec-runtime/init.ts";
import type { Headers } from "../common/interceptors.ts";
import type { Payload } from "../common/payload.ts";
import { compilePriority } from "../common/priority.ts";
import { compileRetryPolicy } from "../common/retry-policy.ts";
import { workflowIdConflictPolicyNames, workflowIdReusePolicyNames } from "../common/workflow-options.ts";
import { encodePayloads } from "../converter/codec-run.ts";
import { encodeUnifiedSearchAttributes } from "../converter/sync/search-attribute-payloads.ts";
import type { SerializationContext } from "../converter/sync/serialization-context.ts";
import { type UserMetadataPayloads, userMetadataToPayload } from "../converter/sync/user-metadata.ts";
import { TaskQueueKind } from "../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type {
  SignalWithStartWorkflowExecutionRequest,
  StartWorkflowExecutionRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallingScope } from "./client-scope.ts";
import type { WorkflowSignalWithStartInput, WorkflowStartInput } from "./interceptors.ts";
import type { CompiledWorkflowOptions } from "./workflow-options.ts";

type Both = Init<StartWorkflowExecutionRequest> & Init<SignalWithStartWorkflowExecutionRequest>;

/**
 * The request that starts a workflow.
 *
 * @throws {ValueError} for options that are not valid, arguments that cannot be converted
 * @throws {PayloadSizeError} for arguments or a memo that the server would not take
 */
export async function startRequest(
  scope: CallingScope,
  input: WorkflowStartInput,
): Promise<Init<StartWorkflowExecutionRequest>> {
  const request = await commonRequest(scope, input);
  return { requestEagerExecution: input.options.requestEagerStart, ...request };
}

/**
 * The request that signals a workflow, started if need be.
 *
 * @throws {ValueError} for options that are not valid, arguments that cannot be converted
 * @throws {PayloadSizeError} for arguments or a memo that the server would not take
 */
export async function signalWithStartRequest(
  scope: CallingScope,
  input: WorkflowSignalWithStartInput,
): Promise<Init<SignalWithStartWorkflowExecutionRequest>> {
  const context = scope.workflowContext(input.options.workflowId);
  const what = `Arguments of signal '${input.signalName}'`;
  const [request, payloads] = await Promise.all([
    commonRequest(scope, input),
    scope.encode(what, input.signalArgs, context, input.signalTypeInfo?.inputTypes),
  ]);
  return { signalName: input.signalName, signalInput: { payloads }, ...request };
}

interface CommonInput {
  readonly workflowType: string;
  readonly headers: Headers;
  readonly options: CompiledWorkflowOptions;
}

async function commonRequest(scope: CallingScope, input: CommonInput): Promise<Both> {
  const { workflowType, headers, options } = input;
  const { workflowId, memo } = options;
  const context = scope.workflowContext(workflowId);
  const checked = checkedFields(options);
  const [payloads, fields, userMetadata] = await Promise.all([
    scope.encode(
      `Arguments of workflow '${workflowType}'`,
      options.args,
      context,
      options.typeInfo?.inputTypes,
    ),
    memo && scope.encodeMemo(`Memo of workflow '${workflowType}'`, memo, context),
    encodeUserMetadata(scope, options, context),
  ]);
  return {
    // Not first: V8 takes microseconds for each field that follows a spread which begins a literal.
    namespace: scope.namespace,
    identity: scope.identity,
    // One for all attempts of this call, so that a retry does not start a second run.
    requestId: crypto.randomUUID(),
    workflowId,
    workflowType: { name: workflowType },
    taskQueue: { name: options.taskQueue, kind: TaskQueueKind.NORMAL },
    input: { payloads },
    header: { fields: headers },
    memo: fields && { fields },
    userMetadata,
    workflowExecutionTimeout: options.workflowExecutionTimeout,
    workflowRunTimeout: options.workflowRunTimeout,
    workflowTaskTimeout: options.workflowTaskTimeout,
    workflowStartDelay: options.startDelay,
    cronSchedule: options.cronSchedule,
    versioningOverride: options.versioningOverride,
    ...checked,
  };
}

function checkedFields(options: CompiledWorkflowOptions): Both {
  const { retry, priority, searchAttributes, typedSearchAttributes } = options;
  return {
    workflowIdReusePolicy: workflowIdReusePolicyNames.encode(options.workflowIdReusePolicy),
    workflowIdConflictPolicy: workflowIdConflictPolicyNames.encode(options.workflowIdConflictPolicy),
    retryPolicy: retry == null ? undefined : compileRetryPolicy(retry, "retry"),
    priority: priority == null ? undefined : compilePriority(priority),
    searchAttributes:
      searchAttributes || typedSearchAttributes
        ? { indexedFields: encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes) }
        : undefined,
  };
}

async function encodeUserMetadata(
  scope: CallingScope,
  { staticSummary, staticDetails }: CompiledWorkflowOptions,
  context: SerializationContext,
): Promise<UserMetadataPayloads | undefined> {
  if (staticSummary === undefined && staticDetails === undefined) return undefined;
  const { payloadConverter, payloadCodecs } = await scope.converter;
  const plain = userMetadataToPayload(
    payloadConverter,
    { summary: staticSummary, details: staticDetails },
    context,
  );
  const encode = async (payload: Payload | undefined): Promise<Payload | undefined> =>
    payload && (await encodePayloads(payloadCodecs, [payload], context))[0];
  const [summary, details] = await Promise.all([encode(plain?.summary), encode(plain?.details)]);
  return { summary, details };
}
