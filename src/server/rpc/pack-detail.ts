import * as details from "../../gen/codec/temporal/api/errordetails/v1/message.ts";
import type { PackedDetail } from "../../transport/error-details.ts";
import type { FailureDetail } from "./service-failure.ts";

type Encoders = { readonly [D in FailureDetail as D["kind"]]: (value: D["value"]) => Uint8Array };

const ENCODERS: Encoders = {
  ActivityExecutionAlreadyStartedFailure: details.encodeActivityExecutionAlreadyStartedFailure,
  CancellationAlreadyRequestedFailure: details.encodeCancellationAlreadyRequestedFailure,
  ClientVersionNotSupportedFailure: details.encodeClientVersionNotSupportedFailure,
  MultiOperationExecutionFailure: details.encodeMultiOperationExecutionFailure,
  NamespaceAlreadyExistsFailure: details.encodeNamespaceAlreadyExistsFailure,
  NamespaceInvalidStateFailure: details.encodeNamespaceInvalidStateFailure,
  NamespaceNotActiveFailure: details.encodeNamespaceNotActiveFailure,
  NamespaceNotFoundFailure: details.encodeNamespaceNotFoundFailure,
  NamespaceUnavailableFailure: details.encodeNamespaceUnavailableFailure,
  NewerBuildExistsFailure: details.encodeNewerBuildExistsFailure,
  NexusOperationExecutionAlreadyStartedFailure: details.encodeNexusOperationExecutionAlreadyStartedFailure,
  NotFoundFailure: details.encodeNotFoundFailure,
  PermissionDeniedFailure: details.encodePermissionDeniedFailure,
  QueryFailedFailure: details.encodeQueryFailedFailure,
  ResourceExhaustedFailure: details.encodeResourceExhaustedFailure,
  ServerVersionNotSupportedFailure: details.encodeServerVersionNotSupportedFailure,
  SystemWorkflowFailure: details.encodeSystemWorkflowFailure,
  WorkflowExecutionAlreadyStartedFailure: details.encodeWorkflowExecutionAlreadyStartedFailure,
  WorkflowNotReadyFailure: details.encodeWorkflowNotReadyFailure,
  WorkflowTaskCompletionBufferLostFailure: details.encodeWorkflowTaskCompletionBufferLostFailure,
};

/** Packs a detail as the `Any` that clients look for in `google.rpc.Status`. */
export function packDetail(detail: FailureDetail): PackedDetail {
  // The table has one encoder per kind, made for that kind's value.
  const encode = ENCODERS[detail.kind] as (value: FailureDetail["value"]) => Uint8Array;
  return {
    typeUrl: `type.googleapis.com/temporal.api.errordetails.v1.${detail.kind}`,
    value: encode(detail.value),
  };
}
