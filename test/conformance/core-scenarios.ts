import type { Column } from "./columns.ts";

/** Scenarios over all features that CI runs on each column; those of Node 20 over gRPC run all. */
const coreScenarios: readonly string[] = [
  "activity-heartbeat-details",
  "activity-retried",
  "activity-wait-cancellation-completed",
  "child-cancels-with-workflow",
  "child-terminated",
  "continue-as-new-on-signal",
  "cron",
  "dynamic-handlers",
  "event-groups-in-handlers",
  "external-signal-not-found",
  "local-retried-by-timer",
  "memo-and-search-attributes",
  "patch-in-loop",
  "query-counter",
  "reset",
  "result-large",
  "scope-nested",
  "signal-many-buffered",
  "signal-with-start",
  "testing: a workflow that sleeps a year ends at once, a year later by its own clock",
  "testing: createLocal lives in real time, with the namespace and search attributes it was told",
  "timer-race-activity-wins",
  "update-several-in-one-task",
  "update-with-start-new",
  "upsert-typed",
  "worker-without-cache",
  "workflow-retry",
];

/** Over HTTP/JSON nobody can ask whether an update is there yet without waiting 40 s for it; Node's columns ask over gRPC. */
const SLOW_OVER_HTTP_JSON = "update-several-in-one-task";

export function coreOf({ host, client }: Column): readonly string[] {
  if (host === undefined || client !== "http-json") return coreScenarios;
  return coreScenarios.filter((name) => name !== SLOW_OVER_HTTP_JSON);
}
