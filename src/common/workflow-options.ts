import type { Duration } from "./duration.ts";
import { type EnumNames, enumNames } from "./enum-names.ts";
import type { Priority } from "./priority.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import type { SearchAttributePair, SearchAttributes, TypedSearchAttributes } from "./search-attributes.ts";

/** Whether the id of a closed workflow may be used again. `TERMINATE_IF_RUNNING` is deprecated: use the conflict policy. */
export const WorkflowIdReusePolicy = {
  ALLOW_DUPLICATE: "ALLOW_DUPLICATE",
  ALLOW_DUPLICATE_FAILED_ONLY: "ALLOW_DUPLICATE_FAILED_ONLY",
  REJECT_DUPLICATE: "REJECT_DUPLICATE",
  TERMINATE_IF_RUNNING: "TERMINATE_IF_RUNNING",
  /** @deprecated Leave the option out. */
  WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED: undefined,
  /** @deprecated Use `ALLOW_DUPLICATE`. */
  WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE: "ALLOW_DUPLICATE",
  /** @deprecated Use `ALLOW_DUPLICATE_FAILED_ONLY`. */
  WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY: "ALLOW_DUPLICATE_FAILED_ONLY",
  /** @deprecated Use `REJECT_DUPLICATE`. */
  WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE: "REJECT_DUPLICATE",
  /** @deprecated Use `TERMINATE_IF_RUNNING`. */
  WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING: "TERMINATE_IF_RUNNING",
} as const;
/** Whether the id of a closed workflow may be used again. */
export type WorkflowIdReusePolicy = Exclude<
  (typeof WorkflowIdReusePolicy)[keyof typeof WorkflowIdReusePolicy],
  undefined
>;

/** Names and numbers of {@link WorkflowIdReusePolicy}. */
export const workflowIdReusePolicyNames: EnumNames<WorkflowIdReusePolicy> = enumNames(
  "workflowIdReusePolicy",
  "WORKFLOW_ID_REUSE_POLICY_",
  ["ALLOW_DUPLICATE", "ALLOW_DUPLICATE_FAILED_ONLY", "REJECT_DUPLICATE", "TERMINATE_IF_RUNNING"],
);

/** What happens when a workflow of that id is running. */
export const WorkflowIdConflictPolicy = {
  FAIL: "FAIL",
  USE_EXISTING: "USE_EXISTING",
  TERMINATE_EXISTING: "TERMINATE_EXISTING",
} as const;
/** What happens when a workflow of that id is running. */
export type WorkflowIdConflictPolicy =
  (typeof WorkflowIdConflictPolicy)[keyof typeof WorkflowIdConflictPolicy];

/** Names and numbers of {@link WorkflowIdConflictPolicy}. */
export const workflowIdConflictPolicyNames: EnumNames<WorkflowIdConflictPolicy> = enumNames(
  "workflowIdConflictPolicy",
  "WORKFLOW_ID_CONFLICT_POLICY_",
  ["FAIL", "USE_EXISTING", "TERMINATE_EXISTING"],
);

/** What is done with a child workflow when its parent ends. Default: `TERMINATE`. */
export const ParentClosePolicy = {
  TERMINATE: "TERMINATE",
  ABANDON: "ABANDON",
  REQUEST_CANCEL: "REQUEST_CANCEL",
  /** @deprecated Leave the option out. */
  PARENT_CLOSE_POLICY_UNSPECIFIED: undefined,
  /** @deprecated Use `TERMINATE`. */
  PARENT_CLOSE_POLICY_TERMINATE: "TERMINATE",
  /** @deprecated Use `ABANDON`. */
  PARENT_CLOSE_POLICY_ABANDON: "ABANDON",
  /** @deprecated Use `REQUEST_CANCEL`. */
  PARENT_CLOSE_POLICY_REQUEST_CANCEL: "REQUEST_CANCEL",
} as const;
/** What is done with a child workflow when its parent ends. */
export type ParentClosePolicy = Exclude<
  (typeof ParentClosePolicy)[keyof typeof ParentClosePolicy],
  undefined
>;

/** Names and numbers of {@link ParentClosePolicy}. */
export const parentClosePolicyNames: EnumNames<ParentClosePolicy> = enumNames(
  "parentClosePolicy",
  "PARENT_CLOSE_POLICY_",
  ["TERMINATE", "ABANDON", "REQUEST_CANCEL"],
);

/** States of a workflow. `PAUSED` can come back to `RUNNING`, the rest but `RUNNING` are final. */
export type WorkflowExecutionStatusName =
  | "UNSPECIFIED"
  | "RUNNING"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "TERMINATED"
  | "CONTINUED_AS_NEW"
  | "TIMED_OUT"
  | "PAUSED"
  | "UNKNOWN";

/** Names of workflow states by their number. */
export const workflowExecutionStatusNames: readonly WorkflowExecutionStatusName[] = [
  "UNSPECIFIED",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "TERMINATED",
  "CONTINUED_AS_NEW",
  "TIMED_OUT",
  "PAUSED",
];

/** Options that all ways to start a workflow share. */
export interface BaseWorkflowOptions {
  /** Default: the server's, `ALLOW_DUPLICATE`. */
  workflowIdReusePolicy?: WorkflowIdReusePolicy | undefined;
  /** Default: `FAIL`; of signal-with-start and update-with-start `USE_EXISTING`. */
  workflowIdConflictPolicy?: WorkflowIdConflictPolicy | undefined;
  /** How a failed workflow is run again. Default: not at all. */
  retry?: RetryPolicy | undefined;
  /** Runs the workflow again and again by this cron line, in UTC. Not together with `startDelay`. */
  cronSchedule?: string | undefined;
  /** Unindexed facts to show with the workflow. */
  memo?: Record<string, unknown> | undefined;
  /** Indexed facts in the untyped form. Prefer `typedSearchAttributes`, which win. */
  searchAttributes?: SearchAttributes | undefined;
  /** Indexed facts for queries over workflows. */
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes | undefined;
  /** Longer text for people, Markdown; shown by the UI. */
  staticDetails?: string | undefined;
  /** One line for people; shown by the UI. */
  staticSummary?: string | undefined;
  priority?: Priority | undefined;
}

/** Time limits of a workflow. */
export interface WorkflowDurationOptions {
  /** Longest time for one run. Default: no limit. */
  workflowRunTimeout?: Duration | undefined;
  /** Longest time for all runs: retries, cron and continue-as-new included. Default: no limit. */
  workflowExecutionTimeout?: Duration | undefined;
  /** Longest time for one workflow task. Default 10 seconds. */
  workflowTaskTimeout?: Duration | undefined;
}

/** Options that all ways to start a workflow share, time limits included. */
export type CommonWorkflowOptions = BaseWorkflowOptions & WorkflowDurationOptions;
