import { decodeStatus } from "../gen/codec/google/rpc/status.ts";
import * as details from "../gen/codec/temporal/api/errordetails/v1/message.ts";
import type { RpcError } from "../platform/rpc-port.ts";

/** The messages that Temporal sends as details of an error, by name. */
export interface ErrorDetailValues {
  ActivityExecutionAlreadyStartedFailure: details.ActivityExecutionAlreadyStartedFailure;
  CancellationAlreadyRequestedFailure: details.CancellationAlreadyRequestedFailure;
  ClientVersionNotSupportedFailure: details.ClientVersionNotSupportedFailure;
  MultiOperationExecutionFailure: details.MultiOperationExecutionFailure;
  NamespaceAlreadyExistsFailure: details.NamespaceAlreadyExistsFailure;
  NamespaceInvalidStateFailure: details.NamespaceInvalidStateFailure;
  NamespaceNotActiveFailure: details.NamespaceNotActiveFailure;
  NamespaceNotFoundFailure: details.NamespaceNotFoundFailure;
  NamespaceUnavailableFailure: details.NamespaceUnavailableFailure;
  NewerBuildExistsFailure: details.NewerBuildExistsFailure;
  NexusOperationExecutionAlreadyStartedFailure: details.NexusOperationExecutionAlreadyStartedFailure;
  NotFoundFailure: details.NotFoundFailure;
  PermissionDeniedFailure: details.PermissionDeniedFailure;
  QueryFailedFailure: details.QueryFailedFailure;
  ResourceExhaustedFailure: details.ResourceExhaustedFailure;
  ServerVersionNotSupportedFailure: details.ServerVersionNotSupportedFailure;
  SystemWorkflowFailure: details.SystemWorkflowFailure;
  WorkflowExecutionAlreadyStartedFailure: details.WorkflowExecutionAlreadyStartedFailure;
  WorkflowNotReadyFailure: details.WorkflowNotReadyFailure;
  WorkflowTaskCompletionBufferLostFailure: details.WorkflowTaskCompletionBufferLostFailure;
}

/** Name of a known detail. */
export type ErrorDetailKind = keyof ErrorDetailValues;

/** One detail of an error: a known one by its name, any other as bytes. */
export type ErrorDetail =
  | { [K in ErrorDetailKind]: { readonly kind: K; readonly value: ErrorDetailValues[K] } }[ErrorDetailKind]
  | { readonly kind: "unknown"; readonly typeUrl: string; readonly value: Uint8Array };

const PACKAGE = "temporal.api.errordetails.v1.";

const DECODERS: { readonly [K in ErrorDetailKind]: (bytes: Uint8Array) => ErrorDetailValues[K] } = {
  ActivityExecutionAlreadyStartedFailure: details.decodeActivityExecutionAlreadyStartedFailure,
  CancellationAlreadyRequestedFailure: details.decodeCancellationAlreadyRequestedFailure,
  ClientVersionNotSupportedFailure: details.decodeClientVersionNotSupportedFailure,
  MultiOperationExecutionFailure: details.decodeMultiOperationExecutionFailure,
  NamespaceAlreadyExistsFailure: details.decodeNamespaceAlreadyExistsFailure,
  NamespaceInvalidStateFailure: details.decodeNamespaceInvalidStateFailure,
  NamespaceNotActiveFailure: details.decodeNamespaceNotActiveFailure,
  NamespaceNotFoundFailure: details.decodeNamespaceNotFoundFailure,
  NamespaceUnavailableFailure: details.decodeNamespaceUnavailableFailure,
  NewerBuildExistsFailure: details.decodeNewerBuildExistsFailure,
  NexusOperationExecutionAlreadyStartedFailure: details.decodeNexusOperationExecutionAlreadyStartedFailure,
  NotFoundFailure: details.decodeNotFoundFailure,
  PermissionDeniedFailure: details.decodePermissionDeniedFailure,
  QueryFailedFailure: details.decodeQueryFailedFailure,
  ResourceExhaustedFailure: details.decodeResourceExhaustedFailure,
  ServerVersionNotSupportedFailure: details.decodeServerVersionNotSupportedFailure,
  SystemWorkflowFailure: details.decodeSystemWorkflowFailure,
  WorkflowExecutionAlreadyStartedFailure: details.decodeWorkflowExecutionAlreadyStartedFailure,
  WorkflowNotReadyFailure: details.decodeWorkflowNotReadyFailure,
  WorkflowTaskCompletionBufferLostFailure: details.decodeWorkflowTaskCompletionBufferLostFailure,
};

/** What an `Any` holds, as errors and the parts of a failed multi-operation carry it. */
export interface PackedDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/**
 * All details that the server sent with an error. What cannot be decoded is given as `unknown`.
 *
 * @example
 * ```ts
 * for (const detail of errorDetails(error)) {
 *   if (detail.kind === "NamespaceNotFoundFailure") console.log(detail.value.namespace);
 * }
 * ```
 */
export function errorDetails(error: RpcError): ErrorDetail[] {
  if (error.rawStatusDetails === undefined) return [];
  try {
    return decodeStatus(error.rawStatusDetails).details.map(unpackDetail);
  } catch {
    // The status itself came through; its details are extra and must not hide it.
    return [];
  }
}

/**
 * The first detail of a kind, if the server sent one.
 *
 * @example
 * ```ts
 * const runId = findErrorDetail(error, "WorkflowExecutionAlreadyStartedFailure")?.runId;
 * ```
 */
export function findErrorDetail<K extends ErrorDetailKind>(
  error: RpcError,
  kind: K,
): ErrorDetailValues[K] | undefined {
  const detail = errorDetails(error).find((each) => each.kind === kind);
  // `kind` and `value` belong together by construction in unpackDetail.
  return detail?.value as ErrorDetailValues[K] | undefined;
}

/**
 * Unpacks one detail by its type URL.
 *
 * @example
 * ```ts
 * const first = unpackDetail(status.details[0]);
 * ```
 */
export function unpackDetail({ typeUrl, value }: PackedDetail): ErrorDetail {
  const name = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
  const kind = name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : "";
  if (Object.hasOwn(DECODERS, kind)) {
    try {
      // The table has exactly the keys of ErrorDetailValues.
      return { kind, value: DECODERS[kind as ErrorDetailKind](value) } as ErrorDetail;
    } catch {
      // Falls through: bytes that are not the message they claim to be.
    }
  }
  return { kind: "unknown", typeUrl, value };
}
