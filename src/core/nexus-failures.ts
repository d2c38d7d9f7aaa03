import type { FailureData } from "./activation.ts";

/** The names of an operation that go into its failures. */
export interface NexusNames {
  readonly endpoint: string;
  readonly service: string;
  readonly operation: string;
  /** Empty until it has started. */
  readonly token: string;
  /** 0 while it is not in history. */
  readonly scheduledEventId: number;
}

/** A failure that this side makes; those of the server come whole. */
export function nexusFailure(names: NexusNames, message: string, cause: FailureData): FailureData {
  const { scheduledEventId, endpoint, service, operation, token } = names;
  return {
    message,
    cause,
    failureInfo: {
      case: "nexusOperationExecutionFailureInfo",
      value: { scheduledEventId, endpoint, service, operation, operationToken: token },
    },
  };
}

export function nexusCancelled(names: NexusNames, message: string): FailureData {
  return nexusFailure(names, message, { failureInfo: { case: "canceledFailureInfo", value: {} } });
}
