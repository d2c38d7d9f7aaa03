import type { Payload } from "../common/payload.ts";
import type { FailureData } from "./activation.ts";
import type { UserMetadata } from "./command.ts";

/**
 * What cancelling a Nexus operation does. `ABANDON` tells the workflow at once and asks nothing, `TRY_CANCEL` asks and tells
 * at once, the other two ask and wait: until the request was delivered, or until the operation ends.
 */
export type NexusCancellation =
  | "ABANDON"
  | "TRY_CANCEL"
  | "WAIT_CANCELLATION_REQUESTED"
  | "WAIT_CANCELLATION_COMPLETED";

/** Starts an operation of a Nexus service. */
export interface ScheduleNexusOperation {
  readonly kind: "scheduleNexusOperation";
  readonly seq: number;
  readonly endpoint: string;
  readonly service: string;
  readonly operation: string;
  readonly input?: Payload | undefined;
  /** Plain text: Nexus headers are no payloads. */
  readonly headers: { readonly [name: string]: string };
  readonly scheduleToCloseTimeoutMs?: number | undefined;
  readonly scheduleToStartTimeoutMs?: number | undefined;
  readonly startToCloseTimeoutMs?: number | undefined;
  readonly cancellationType: NexusCancellation;
  readonly userMetadata?: UserMetadata | undefined;
}

/** What workflow code asks of Nexus. */
export type NexusCommand =
  | ScheduleNexusOperation
  | { readonly kind: "cancelNexusOperation"; readonly seq: number };

/** What became of the start of an operation. */
export type NexusStartResolution =
  /** It goes on; its handler knows it by this token. */
  | { readonly kind: "started"; readonly token: string }
  /** It is over already: its result follows. */
  | { readonly kind: "startedSync" }
  /** It ended, or was cancelled, before it started; no result follows. */
  | { readonly kind: "failed"; readonly failure: FailureData };

/** How an operation ended, as the workflow is told. */
export type NexusResolution =
  | { readonly kind: "completed"; readonly result?: Payload | undefined }
  | { readonly kind: "failed"; readonly failure: FailureData };

/** What workflow code is told of Nexus operations. */
export type NexusJob =
  | {
      readonly kind: "resolveNexusOperationStart";
      readonly seq: number;
      readonly resolution: NexusStartResolution;
    }
  /** Without a start before it for one that was cancelled, and not waited for, before it started. */
  | { readonly kind: "resolveNexusOperation"; readonly seq: number; readonly resolution: NexusResolution };
