import { TestWorkflowEnvironment } from "perdure/testing";
import { Worker, type WorkerOptions } from "perdure/worker";
import { caseActivities } from "../case-activities.ts";
import type { CaseWorld } from "./case.ts";
import { activitiesIn } from "./testing-activities.ts";

/** What a case with a test environment of its own works with. */
export interface EnvironmentWorld {
  readonly env: TestWorkflowEnvironment;
  readonly worker: Worker;
  /** Options of a start: the worker's task queue, and a fresh workflow id. */
  start(): { readonly taskQueue: string; readonly workflowId: string };
}

/** Runs a case in a time-skipping environment of its own, with a worker; nothing may be left behind. */
export async function inEnvironment(
  { bundles, id }: CaseWorld,
  use: (world: EnvironmentWorld) => Promise<void>,
  options: Partial<WorkerOptions> = {},
): Promise<void> {
  const defects: unknown[] = [];
  const onDefect = (what: string, error: unknown): void => void defects.push(what, error);
  await using env = await TestWorkflowEnvironment.createTimeSkipping({ server: { onDefect } });
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: "tests",
    workflowBundle: bundles.cases,
    activities: { ...caseActivities, ...activitiesIn(env) },
    workflowThreadPoolSize: 1,
    shutdownForceTime: "10 seconds",
    ...options,
  });
  const start: EnvironmentWorld["start"] = () => ({ taskQueue: "tests", workflowId: id() });
  await worker.runUntil(async () => await use({ env, worker, start }));
  if (defects.length > 0) throw new AggregateError(defects, `the server has defects: ${defects.join(", ")}`);
}

/** Runs something, and tells how many milliseconds it took. */
export async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now();
  const value = await run();
  return { value, ms: performance.now() - start };
}
