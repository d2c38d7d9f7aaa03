import { optionalTsToDate, requiredTsToDate } from "../common/duration.ts";
import type { Payload } from "../common/payload.ts";
import { decodePriority, type Priority } from "../common/priority.ts";
import type {
  SearchAttributes,
  SearchAttributeValue,
  TypedSearchAttributes,
} from "../common/search-attributes.ts";
import {
  type WorkflowExecutionStatusName,
  workflowExecutionStatusNames,
} from "../common/workflow-options.ts";
import { decodeMapFromPayloads, decodePayloads } from "../converter/codec-run.ts";
import type { LoadedDataConverter } from "../converter/data-converter.ts";
import {
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
} from "../converter/sync/search-attribute-payloads.ts";
import type { SerializationContext } from "../converter/sync/serialization-context.ts";
import type { WorkflowExecutionStatus } from "../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { UserMetadata } from "../gen/codec/temporal/api/sdk/v1/user_metadata.ts";
import type { WorkflowExecutionInfo as RawWorkflowExecutionInfo } from "../gen/codec/temporal/api/workflow/v1/message.ts";
import type {
  CountWorkflowExecutionsResponse,
  DescribeWorkflowExecutionResponse,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";

export type { DescribeWorkflowExecutionResponse, RawWorkflowExecutionInfo };

/** Which workflow, and which of its runs; without a run, the latest. */
export interface WorkflowExecution {
  readonly workflowId: string;
  readonly runId?: string | undefined;
}

/** A run that is named for certain. */
export interface WorkflowRun {
  readonly workflowId: string;
  readonly runId: string;
}

/** What the server says of a run. */
export interface WorkflowExecutionInfo<Raw = RawWorkflowExecutionInfo> {
  readonly type: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly status: { readonly code: WorkflowExecutionStatus; readonly name: WorkflowExecutionStatusName };
  /** Number of events. */
  readonly historyLength: number;
  /** Bytes of history; undefined when the server does not know. */
  readonly historySize?: number | undefined;
  readonly startTime: Date;
  /** When its first task was due: later than `startTime` with a start delay or cron. */
  readonly executionTime?: Date | undefined;
  readonly closeTime?: Date | undefined;
  readonly memo?: Record<string, unknown> | undefined;
  /** In the untyped form; prefer `typedSearchAttributes`. */
  readonly searchAttributes: SearchAttributes;
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly parentExecution?: WorkflowRun | undefined;
  readonly rootExecution?: WorkflowRun | undefined;
  readonly priority?: Priority | undefined;
  /** The answer as it came. */
  readonly raw: Raw;
}

/** {@link WorkflowExecutionInfo} and the texts for people that the workflow was started with. */
export interface WorkflowExecutionDescription
  extends WorkflowExecutionInfo<DescribeWorkflowExecutionResponse> {
  /** Decodes the details; undefined when there are none. */
  staticDetails(): Promise<string | undefined>;
  /** Decodes the summary; undefined when there is none. */
  staticSummary(): Promise<string | undefined>;
}

/** How many workflows a query finds, in all and by group. */
export interface CountWorkflowExecution {
  readonly count: number;
  /** One for each group of a query with `GROUP BY`. */
  readonly groups: readonly { readonly count: number; readonly groupValues: SearchAttributeValue[] }[];
}

/** Gives what is needed to read payloads of one workflow. */
export interface DecodingContext {
  readonly converter: LoadedDataConverter;
  readonly namespace: string;
}

const contextOf = (namespace: string, workflowId: string): SerializationContext => ({
  type: "workflow",
  namespace,
  workflowId,
});

/** Reads an execution info as lists and descriptions have it. */
export async function executionInfoFromRaw<Raw>(
  info: RawWorkflowExecutionInfo,
  raw: Raw,
  { converter, namespace }: DecodingContext,
): Promise<WorkflowExecutionInfo<Raw>> {
  const workflowId = info.execution?.workflowId ?? "";
  const fields = info.searchAttributes?.indexedFields;
  const context = contextOf(namespace, workflowId);
  return {
    type: info.type?.name ?? "",
    workflowId,
    runId: info.execution?.runId ?? "",
    taskQueue: info.taskQueue,
    status: { code: info.status, name: workflowExecutionStatusNames[info.status] ?? "UNKNOWN" },
    historyLength: Number(info.historyLength),
    historySize: Number(info.historySizeBytes) || undefined,
    startTime: requiredTsToDate(info.startTime, "startTime"),
    executionTime: optionalTsToDate(info.executionTime),
    closeTime: optionalTsToDate(info.closeTime),
    memo: await decodeMapFromPayloads(converter, info.memo?.fields, context),
    searchAttributes: decodeSearchAttributes(fields),
    typedSearchAttributes: decodeTypedSearchAttributes(fields),
    parentExecution: info.parentExecution,
    rootExecution: info.rootExecution,
    priority: decodePriority(info.priority),
    raw,
  };
}

/** Reads a description. */
export async function descriptionFromRaw(
  raw: DescribeWorkflowExecutionResponse,
  decoding: DecodingContext,
): Promise<WorkflowExecutionDescription> {
  const rawInfo = raw.workflowExecutionInfo;
  if (rawInfo === undefined)
    throw new TypeError("The server described a workflow without saying anything of it");
  const info = await executionInfoFromRaw(rawInfo, raw, decoding);
  const metadata: UserMetadata | undefined = raw.executionConfig?.userMetadata;
  const text = async (payload: Payload | undefined): Promise<string | undefined> => {
    if (payload === undefined) return undefined;
    const { payloadConverter, payloadCodecs } = decoding.converter;
    const context = contextOf(decoding.namespace, info.workflowId);
    const [decoded] = await decodePayloads(payloadCodecs, [payload], context);
    return payloadConverter.fromPayload<string | undefined>(decoded!, context) ?? undefined;
  };
  return {
    ...info,
    staticDetails: () => text(metadata?.details),
    staticSummary: () => text(metadata?.summary),
  };
}

/** Reads a count. */
export function countFromRaw(raw: CountWorkflowExecutionsResponse): CountWorkflowExecution {
  return {
    count: Number(raw.count),
    groups: raw.groups.map((group) => ({
      count: Number(group.count),
      groupValues: group.groupValues.map(
        (value) => decodeSearchAttributes({ value })["value"] as SearchAttributeValue,
      ),
    })),
  };
}
