import type { Duration } from "../common/duration.ts";
import type { EventGroupMarker } from "../common/event-group.ts";
import type { PayloadTypeInfo } from "../common/type-info.ts";
import type { VersioningIntent } from "../common/versioning.ts";
import type { BaseWorkflowOptions, ParentClosePolicy } from "../common/workflow-options.ts";
import type { WithWorkflowArgs, Workflow } from "../common/workflow-type.ts";

/** What cancelling the scope of a child workflow does. */
export const ChildWorkflowCancellationType = {
  /** Does not tell the child and reports it cancelled at once. */
  ABANDON: "ABANDON",
  /** Asks the child to stop and reports it cancelled at once, also if the child then completes. */
  TRY_CANCEL: "TRY_CANCEL",
  /**
   * Asks the child to stop and waits. Like the official SDK this waits until the child has ended, not only until it was
   * asked: histories have to mean the same in both.
   */
  WAIT_CANCELLATION_REQUESTED: "WAIT_CANCELLATION_REQUESTED",
  /** Asks the child to stop and waits until it has ended, in whatever way. */
  WAIT_CANCELLATION_COMPLETED: "WAIT_CANCELLATION_COMPLETED",
} as const;
/** What cancelling the scope of a child workflow does. */
export type ChildWorkflowCancellationType =
  (typeof ChildWorkflowCancellationType)[keyof typeof ChildWorkflowCancellationType];

/** How a child workflow is started. */
export interface ChildWorkflowOptions extends Omit<BaseWorkflowOptions, "workflowIdConflictPolicy"> {
  /** How arguments and result are converted, for a child that is given by its name; a function has its own. */
  typeInfo?: PayloadTypeInfo | undefined;
  /** Names the child. Default: a UUID from the random stream of the workflow. */
  workflowId?: string | undefined;
  /** Which workers run it. Default: those of this workflow. */
  taskQueue?: string | undefined;
  /** What happens when the child's scope is cancelled. Default `WAIT_CANCELLATION_COMPLETED`. */
  cancellationType?: ChildWorkflowCancellationType | undefined;
  /** What happens to the child when this workflow ends. Default `TERMINATE`. */
  parentClosePolicy?: ParentClosePolicy | undefined;
  /** Groups of events that its events belong to. Experimental, as in the official SDK. */
  eventGroups?: EventGroupMarker[] | undefined;
  /** Longest time for one run. Default: no limit. */
  workflowRunTimeout?: Duration | undefined;
  /** Longest time for all runs: retries, cron and continue-as-new included. Default: no limit. */
  workflowExecutionTimeout?: Duration | undefined;
  /** Longest time for one workflow task. Default 10 seconds. */
  workflowTaskTimeout?: Duration | undefined;
  /**
   * Whether the child stays on builds compatible with this one.
   * @deprecated Servers moved to worker deployments.
   */
  versioningIntent?: VersioningIntent | undefined;
}

/** Options to start child workflow `T`, its arguments among them. */
export type ChildWorkflowStartOptions<T extends Workflow = Workflow> = WithWorkflowArgs<
  T,
  ChildWorkflowOptions
>;

/** Options as interceptors see them: what is always there is filled in. */
export interface ChildWorkflowOptionsWithDefaults extends ChildWorkflowOptions {
  workflowId: string;
  cancellationType: ChildWorkflowCancellationType;
  args: unknown[];
}

/** Options as they come in, of any child. */
export type AnyChildOptions = ChildWorkflowOptions & { readonly args?: readonly unknown[] | undefined };
