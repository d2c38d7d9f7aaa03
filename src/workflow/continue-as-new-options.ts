import type { Duration } from "../common/duration.ts";
import type { EventGroupMarker } from "../common/event-group.ts";
import type { RetryPolicy } from "../common/retry-policy.ts";
import type {
  SearchAttributePair,
  SearchAttributes,
  TypedSearchAttributes,
} from "../common/search-attributes.ts";
import type { SignalTypeInfo } from "../common/type-info.ts";
import type { InitialVersioningBehavior, VersioningIntent } from "../common/versioning.ts";

/** Options of the run that a workflow continues as. What is left out stays as it is in the current run. */
export interface ContinueAsNewOptions {
  /** Default: the current workflow type. */
  workflowType?: string | undefined;
  /** Default: the current task queue. */
  taskQueue?: string | undefined;
  /** Longest time for the next run. */
  workflowRunTimeout?: Duration | undefined;
  /** Longest time for one workflow task. */
  workflowTaskTimeout?: Duration | undefined;
  /** Wait before the next run begins. Default: none. */
  backoffStartInterval?: Duration | undefined;
  /** Retry policy of the next run. Default: that of the current run. */
  retry?: RetryPolicy | undefined;
  /** Groups of events that the last event belongs to. Experimental, as in the official SDK. */
  eventGroups?: EventGroupMarker[] | undefined;
  /** Replaces the memo as a whole. */
  memo?: Record<string, unknown> | undefined;
  /** Replaces the search attributes as a whole. Prefer `typedSearchAttributes`, which win. */
  searchAttributes?: SearchAttributes | undefined;
  /** Replaces the search attributes as a whole. */
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes | undefined;
  /** How the arguments are converted. Default: as those of this run, when the type stays the same. */
  typeInfo?: SignalTypeInfo | undefined;
  versioningIntent?: VersioningIntent | undefined;
  /** With which versioning behaviour the next run begins. Experimental, as in the official SDK. */
  initialVersioningBehavior?: InitialVersioningBehavior | undefined;
}
