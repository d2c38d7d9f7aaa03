/** What the server does not do, as README's table calls it. */
interface MissingFeature {
  readonly feature: string;
  /** What can be done without it. */
  readonly instead: string;
  readonly methods: RegExp;
}

const REAL = "use a real server, such as `temporal server start-dev`";

/** The first that fits a method's name is meant: more special ones come first. */
const MISSING: readonly MissingFeature[] = [
  {
    feature: "native time skipping of single workflows",
    instead: "start the server with `timeSkipping: true`, or `perdure dev --time-skipping`: it skips by tree",
    methods: /^PollWorkflowExecutionTimeSkipping$/,
  },
  {
    feature: "time skipping",
    instead: "start the server with `timeSkipping: true`, or `perdure dev --time-skipping`",
    methods: /TimeSkipping$|TimeSkippingWithSleep$|^Sleep|^GetCurrentTime$/,
  },
  {
    feature: "schedules",
    instead: `start the workflow with a cron schedule, or ${REAL}`,
    methods: /Schedule/,
  },
  {
    feature: "Nexus",
    instead: `call the workflow or activity without an endpoint, or ${REAL}`,
    methods: /Nexus/,
  },
  {
    feature: "configuring task queues and workers",
    instead: `set rates in the options of the worker, or ${REAL}`,
    methods: /^(?:UpdateTaskQueueConfig|FetchWorkerConfig|UpdateWorkerConfig)$/,
  },
  {
    feature: "worker deployments and versions",
    instead: `run workers without versioning, or ${REAL}`,
    methods: /WorkerDeployment/,
  },
  {
    feature: "build ids, versioning rules, deployments",
    instead: "they are deprecated; run workers without versioning",
    methods: /BuildId|VersioningRules|Reachability|Deployment/,
  },
  {
    feature: "batches",
    instead: `list the workflows and make the call for each, or ${REAL}`,
    methods: /Batch/,
  },
  {
    feature: "standalone activities",
    instead: `start a workflow that runs the activity, or ${REAL}`,
    methods: /ActivityExecution/,
  },
  {
    feature: "workflow rules",
    instead: REAL,
    methods: /WorkflowRule/,
  },
  {
    feature: "pausing, resetting and changing what runs",
    instead: `send the workflow a signal or cancel it, or ${REAL}`,
    methods: /Pause|Unpause|^ResetActivity$|Options$/,
  },
  {
    feature: "archived lists",
    instead: "nothing is archived; ListWorkflowExecutions has closed workflows too",
    methods: /Archived/,
  },
  {
    feature: "other clusters",
    instead: `this server is a cluster by itself; ${REAL}`,
    methods: /Cluster/,
  },
];

/** Says of a method that it is not here: what it belongs to, and what to do instead. */
export function notImplemented(method: string): string {
  const found = MISSING.find(({ methods }) => methods.test(method));
  const what = `${method} is not implemented by Perdure's embedded server`;
  return found === undefined ? `${what}: ${REAL}` : `${what} (${found.feature}): ${found.instead}`;
}
