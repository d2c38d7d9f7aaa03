/** One row of the error catalogue: what the real server says when. */
export interface CatalogueRow {
  readonly when: string;
  readonly code: string;
  readonly message: RegExp;
  /** The detail that clients look for. */
  readonly detail?: string;
  /** Where it is shown to be so here: a record of the real server's answers, or a test of ours where that one cannot be brought to it. */
  readonly shownBy: { readonly record: string } | { readonly test: string };
}

/** The errors that calls of the embedded server can come to. */
export const CATALOGUE: readonly CatalogueRow[] = [
  {
    when: "start, running, policy FAIL",
    code: "ALREADY_EXISTS",
    message: /^Workflow execution is already running\. WorkflowId: .*, RunId: .*\.$/,
    detail: "WorkflowExecutionAlreadyStartedFailure",
    shownBy: { record: "chains" },
  },
  {
    when: "start, closed well, only failed ones may be repeated",
    code: "ALREADY_EXISTS",
    message:
      /^Workflow execution already finished successfully\. .* allow duplicate workflow Id if last run failed\.$/,
    detail: "WorkflowExecutionAlreadyStartedFailure",
    shownBy: { record: "chains" },
  },
  {
    when: "start, closed, none may be repeated",
    code: "ALREADY_EXISTS",
    message: /^Workflow execution already finished\. .* reject duplicate workflow Id\.$/,
    detail: "WorkflowExecutionAlreadyStartedFailure",
    shownBy: { record: "chains" },
  },
  {
    when: "unknown namespace",
    code: "NOT_FOUND",
    message: /^Namespace .* is not found\.$/,
    detail: "NamespaceNotFoundFailure",
    shownBy: { record: "describe" },
  },
  {
    when: "namespace missing, in calls about namespaces",
    code: "INVALID_ARGUMENT",
    message: /^Namespace not set on request\.$/,
    shownBy: { record: "answers-namespaces" },
  },
  {
    when: "namespace missing, in other calls",
    code: "INVALID_ARGUMENT",
    message: /^Namespace is empty\.$/,
    shownBy: { record: "describe" },
  },
  {
    when: "start in a deprecated namespace",
    code: "FAILED_PRECONDITION",
    message: /^Namespace has invalid state: Deprecated\. Must be Registered\.$/,
    shownBy: { record: "answers-namespaces" },
  },
  {
    when: "token of another namespace",
    code: "INVALID_ARGUMENT",
    message: /^Operation requested with a token from a different namespace\.$/,
    shownBy: { record: "activities" },
  },
  {
    when: "bad token",
    code: "INVALID_ARGUMENT",
    message: /^Error deserializing task token\.$/,
    shownBy: { record: "activities" },
  },
  {
    when: "namespace exists",
    code: "ALREADY_EXISTS",
    message: /^Namespace ".*" already exists$/,
    shownBy: { record: "answers-namespaces" },
  },
  {
    when: "unknown workflow",
    code: "NOT_FOUND",
    message: /^workflow not found for ID: .+$/,
    detail: "NotFoundFailure",
    shownBy: { record: "describe" },
  },
  {
    when: "unknown run of a known workflow",
    code: "NOT_FOUND",
    message: /^workflow execution not found for workflow ID ".*" and run ID ".*"$/,
    detail: "NotFoundFailure",
    shownBy: { record: "describe" },
  },
  {
    when: "closed workflow",
    code: "NOT_FOUND",
    message: /^workflow execution already completed$/,
    detail: "NotFoundFailure",
    shownBy: { record: "describe" },
  },
  {
    when: "another first run",
    code: "NOT_FOUND",
    message: /^workflow execution not found$/,
    detail: "NotFoundFailure",
    shownBy: { record: "errors" },
  },
  {
    when: "stale workflow task",
    code: "NOT_FOUND",
    message: /^Workflow task not found\.$/,
    detail: "NotFoundFailure",
    shownBy: { record: "errors" },
  },
  {
    when: "workflow task that heartbeats for more than half an hour",
    code: "NOT_FOUND",
    message: /^workflow task heartbeat timeout$/,
    shownBy: { test: "server/errors/errors.test.ts" },
  },
  {
    when: "stale activity",
    code: "NOT_FOUND",
    message: /^invalid activityID or activity already timed out or invoking workflow is completed$/,
    detail: "NotFoundFailure",
    shownBy: { record: "activities" },
  },
  {
    when: "activity by an unknown id",
    code: "NOT_FOUND",
    message:
      /^cannot find pending activity with ActivityID .*, check workflow execution history for more details$/,
    shownBy: { record: "activities" },
  },
  {
    when: "activity answers that it is cancelled, without having been asked to",
    code: "INVALID_ARGUMENT",
    message: /^unable to mark activity as canceled without activity being request canceled first$/,
    shownBy: { record: "activities" },
  },
  {
    when: "bad command",
    code: "INVALID_ARGUMENT",
    message: /^BadScheduleActivityAttributes: activityId is not set/,
    shownBy: { record: "activities" },
  },
  {
    when: "close while events are buffered",
    code: "INVALID_ARGUMENT",
    message: /^UnhandledCommand$/,
    shownBy: { record: "errors" },
  },
  {
    when: "a worker fails a query",
    code: "INVALID_ARGUMENT",
    message: /^no$/,
    detail: "QueryFailedFailure",
    shownBy: { record: "queries" },
  },
  {
    when: "query while the workflow task fails",
    code: "FAILED_PRECONDITION",
    message: /^Unable to query workflow due to Workflow Task in failed state\.$/,
    detail: "WorkflowNotReadyFailure",
    shownBy: { record: "queries" },
  },
  {
    when: "query of a workflow that closed before its first task",
    code: "FAILED_PRECONDITION",
    message: /^Workflow execution closed before WorkflowTaskStarted event$/,
    detail: "WorkflowNotReadyFailure",
    shownBy: { record: "queries" },
  },
  {
    when: "query before the first task of a delayed start",
    code: "FAILED_PRECONDITION",
    message: /^Workflow task is not scheduled yet\.$/,
    detail: "WorkflowNotReadyFailure",
    shownBy: { record: "queries" },
  },
  {
    when: "update while the workflow task fails",
    code: "FAILED_PRECONDITION",
    message: /^Unable to perform workflow execution update due to Workflow Task in failed state\.$/,
    detail: "WorkflowNotReadyFailure",
    shownBy: { record: "updates-endings" },
  },
  {
    when: "workflow task fails with an update",
    code: "FAILED_PRECONDITION",
    message: /^Unable to perform workflow execution update due to unexpected workflow task failure\.$/,
    detail: "WorkflowNotReadyFailure",
    shownBy: { record: "updates-endings" },
  },
  {
    when: "query buffer full",
    code: "RESOURCE_EXHAUSTED",
    message: /^consistent query buffer is full, /,
    detail: "ResourceExhaustedFailure",
    shownBy: { record: "queries" },
  },
  {
    when: "workflow that is closing",
    code: "RESOURCE_EXHAUSTED",
    message: /^workflow operation can not be applied because workflow is closing$/,
    detail: "ResourceExhaustedFailure",
    shownBy: { record: "errors" },
  },
  {
    when: "update whose workflow closes",
    code: "NOT_FOUND",
    message: /^workflow update was aborted by closing workflow$/,
    detail: "NotFoundFailure",
    shownBy: { record: "updates-endings" },
  },
  {
    when: "too many updates under way",
    code: "RESOURCE_EXHAUSTED",
    message: /^limit on number of concurrent in-flight updates has been reached \(10\)$/,
    detail: "ResourceExhaustedFailure",
    shownBy: { record: "updates" },
  },
  {
    when: "too many updates in all",
    code: "FAILED_PRECONDITION",
    message:
      /The limit on the total number of distinct updates in this workflow has been reached \\\(2000\\\)/,
    shownBy: { test: "server/updates/limits.test.ts" },
  },
  {
    when: "update that waits to be admitted",
    code: "PERMISSION_DENIED",
    message:
      /^UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not supported\.$/,
    detail: "PermissionDeniedFailure",
    shownBy: { record: "updates" },
  },
  {
    when: "poll of an unknown or rejected update",
    code: "NOT_FOUND",
    message: /^update ".*" not found$/,
    detail: "NotFoundFailure",
    shownBy: { record: "updates" },
  },
  {
    when: "update-with-start, the start refused",
    code: "ALREADY_EXISTS",
    message: /^Update-with-Start could not be executed\.$/,
    detail: "MultiOperationExecutionFailure",
    shownBy: { record: "with-start" },
  },
  {
    when: "update-with-start, not a start and an update",
    code: "INVALID_ARGUMENT",
    message: /^Operations have to be exactly \[Start, Update\]\.$/,
    shownBy: { record: "with-start" },
  },
  {
    when: "blob too large",
    code: "INVALID_ARGUMENT",
    message: /^Blob data size exceeds limit\.$/,
    shownBy: { record: "chains" },
  },
  {
    when: "memo too large",
    code: "INVALID_ARGUMENT",
    message: /^Memo size exceeds limit\.$/,
    shownBy: { record: "chains" },
  },
  {
    when: "more than 10,000 signals",
    code: "INVALID_ARGUMENT",
    message: /^exceeded workflow execution limit for signal events$/,
    shownBy: { record: "errors" },
  },
  {
    when: "poll that does not say how long it waits",
    code: "INVALID_ARGUMENT",
    message: /^Context timeout is not set\.$/,
    shownBy: { record: "describe" },
  },
  {
    when: "poll that waits too short a time",
    code: "FAILED_PRECONDITION",
    message: /^Context timeout is too short\.$/,
    shownBy: { record: "describe" },
  },
  {
    when: "list by a query that is no SQL",
    code: "INVALID_ARGUMENT",
    message: /^invalid query: malformed SQL query: /,
    shownBy: { record: "answers-queries" },
  },
  {
    when: "list by a query of what is not supported",
    code: "INVALID_ARGUMENT",
    message: /^invalid query: operation is not supported: /,
    shownBy: { record: "answers-queries" },
  },
  {
    when: "list by an unknown column",
    code: "INVALID_ARGUMENT",
    message: /^invalid query: invalid search attribute: .+$/,
    shownBy: { record: "answers-queries" },
  },
  {
    when: "search attribute that is not registered",
    code: "INVALID_ARGUMENT",
    message: /^Namespace .* has no mapping defined for search attribute .*$/,
    shownBy: { record: "chains" },
  },
  {
    when: "search attribute of the system",
    code: "INVALID_ARGUMENT",
    message: /^WorkflowId attribute can't be set in SearchAttributes$/,
    shownBy: { record: "chains" },
  },
  {
    when: "feature that is off",
    code: "UNIMPLEMENTED",
    message: /^The Time-Skipping feature is not enabled for namespace\.$/,
    shownBy: { record: "options" },
  },
  {
    when: "too many links",
    code: "INVALID_ARGUMENT",
    message: /^cannot attach more than 10 links per request, got 11$/,
    shownBy: { record: "options" },
  },
];
