import type { Duration } from "../common/duration.ts";
import type { EventGroupMarker } from "../common/event-group.ts";
import type { NexusTypeInfo } from "../common/nexus-service.ts";

/** What cancelling the scope of a Nexus operation does. */
export const NexusOperationCancellationType = {
  /** Does not tell the operation and reports it cancelled at once. */
  ABANDON: "ABANDON",
  /**
   * Asks the operation to stop and reports it cancelled at once. The request may not be delivered: the workflow or the
   * operation can end before.
   */
  TRY_CANCEL: "TRY_CANCEL",
  /** Asks the operation to stop and waits until its handler was told. */
  WAIT_CANCELLATION_REQUESTED: "WAIT_CANCELLATION_REQUESTED",
  /** Asks the operation to stop and waits until it has ended, in whatever way. */
  WAIT_CANCELLATION_COMPLETED: "WAIT_CANCELLATION_COMPLETED",
} as const;
/** What cancelling the scope of a Nexus operation does. */
export type NexusOperationCancellationType =
  (typeof NexusOperationCancellationType)[keyof typeof NexusOperationCancellationType];

/** How a Nexus operation is started. */
export interface StartNexusOperationOptions {
  /** Longest time from the call to the result. Default: the longest that the server allows. */
  readonly scheduleToCloseTimeout?: Duration | undefined;
  /** Longest time until the handler has started it. Default: no limit. */
  readonly scheduleToStartTimeout?: Duration | undefined;
  /** Longest time from its start to the result. Default: no limit. */
  readonly startToCloseTimeout?: Duration | undefined;
  /** What happens when the operation's scope is cancelled. Default `WAIT_CANCELLATION_COMPLETED`. */
  readonly cancellationType?: NexusOperationCancellationType | undefined;
  /** One line that says what the operation is for, shown by the web UI and the CLI. */
  readonly summary?: string | undefined;
  /** Groups of events that its events belong to. Experimental, as in the official SDK. */
  readonly eventGroups?: EventGroupMarker[] | undefined;
}

/** A Nexus operation to start. `seq` is its number in the run. */
export interface StartNexusOperationInput {
  readonly input: unknown;
  /** How the input goes into its payload. */
  readonly inputType?: NexusTypeInfo<unknown> | undefined;
  /** How the result comes out of its payload. */
  readonly outputType?: NexusTypeInfo<unknown> | undefined;
  readonly endpoint: string;
  readonly service: string;
  readonly options: StartNexusOperationOptions;
  readonly operation: string;
  readonly seq: number;
  /** Nexus headers: plain text, sent as they are. */
  readonly headers: Record<string, string>;
}

/** A Nexus operation that has started, or is over already. */
export interface StartNexusOperationOutput {
  /** By which its handler knows it; empty when the handler answered at once. */
  readonly token?: string | undefined;
  /** Its result. */
  readonly result: Promise<unknown>;
}
