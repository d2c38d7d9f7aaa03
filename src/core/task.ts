import type { Payload, PayloadMap } from "../common/payload.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../gen/codec/temporal/api/protocol/v1/message.ts";

/** A query to answer. `id` is `legacy_query` for the form that has a task of its own. */
export interface QueryRequest {
  readonly id: string;
  readonly queryType: string;
  readonly args: readonly Payload[];
  readonly headers: PayloadMap;
}

/** A poll answer proven complete: the interior of core has no optional fields to doubt. */
export interface WorkflowTask {
  readonly taskToken: Uint8Array;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly attempt: number;
  /** 0 on the first task of a run. */
  readonly previousStartedEventId: number;
  /** 0 for a task that carries a legacy query only. */
  readonly startedEventId: number;
  readonly events: readonly HistoryEvent[];
  /** Empty when `events` is all there is. */
  readonly nextPageToken: Uint8Array;
  /** Queries that ride on a workflow task, by the id the server gave. */
  readonly queries: readonly QueryRequest[];
  readonly legacyQuery?: QueryRequest | undefined;
  readonly messages: readonly Message[];
}
