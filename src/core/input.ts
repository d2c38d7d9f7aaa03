import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Completion } from "./command.ts";
import type { LocalActivityResult } from "./local-activity-jobs.ts";
import type { WorkflowTask } from "./task.ts";

/** Why a run leaves the cache. */
export type EvictReason =
  | "cacheFull"
  | "cacheMiss"
  | "nondeterminism"
  | "workflowFailed"
  | "requested"
  | "taskNotFound"
  | "unhandledCommand"
  | "fatal"
  | "historyFetch"
  | "ended";

/** All that can happen to a run. One input is processed at a time, to its end. */
export type Input =
  /** A workflow task arrived (from a poll, eagerly, or in the answer to a completion). */
  | { readonly kind: "task"; readonly task: WorkflowTask }
  /** The page asked for by `fetchPage`. An empty token means that it was the last. */
  | { readonly kind: "page"; readonly events: readonly HistoryEvent[]; readonly nextPageToken: Uint8Array }
  | { readonly kind: "pageFailed"; readonly message: string }
  /** Workflow code answered the outstanding activation, at this time (milliseconds since the epoch). */
  | { readonly kind: "completion"; readonly completion: Completion; readonly nowMs?: number | undefined }
  /** Local activities that the run asked for ended. */
  | { readonly kind: "localResults"; readonly results: readonly LocalActivityResult[] }
  /** The open task must be answered now, since the server will not wait much longer. */
  | { readonly kind: "heartbeat" }
  /** The server accepted the answer to the current task. */
  | { readonly kind: "answered"; readonly resetHistoryEventId: number }
  /** The server refused the answer, or the answer could not be sent. */
  | {
      readonly kind: "refused";
      readonly reason: "notFound" | "unhandledCommand" | "messageTooLarge" | "other";
      readonly message: string;
    }
  | { readonly kind: "evict"; readonly reason: EvictReason; readonly message: string };
