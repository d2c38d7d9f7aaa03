import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

/** A Nexus operation that a workflow started failed; `cause` says why. Made by the SDK alone. */
export class NexusOperationFailure extends TemporalFailure {
  declare readonly code: "NEXUS_OPERATION_FAILURE";
  readonly scheduledEventId: number | undefined;
  readonly endpoint: string;
  readonly service: string;
  readonly operation: string;
  readonly operationToken: string | undefined;

  constructor(
    message: string | undefined,
    scheduledEventId: number | undefined,
    endpoint: string,
    service: string,
    operation: string,
    operationToken: string | undefined,
    cause?: Error,
  ) {
    super(message, cause);
    this.scheduledEventId = scheduledEventId;
    this.endpoint = endpoint;
    this.service = service;
    this.operation = operation;
    this.operationToken = operationToken;
  }

  static {
    realmSafe(NexusOperationFailure, "NexusOperationFailure", "NEXUS_OPERATION_FAILURE");
  }
}
