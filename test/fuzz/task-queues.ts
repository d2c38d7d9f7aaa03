import type { Program } from "./program.ts";
import type { Runner } from "./world.ts";

/** The task queue of each runner. */
export const taskQueues: Readonly<Record<Runner, string>> = {
  official: "fuzz-official",
  perdure: "fuzz-perdure",
  both: "fuzz-both",
};

/** What a worker of Perdure may be set to. */
export interface PerdureSettings {
  readonly taskQueue: string;
  readonly maxCachedWorkflows?: number;
  readonly replayOnEveryTask?: boolean;
}

/**
 * Workers of Perdure for the programs that it runs alone. In caches of one or two places, the programs that run at the same time
 * drive each other out in the middle of their work.
 */
export const perdureWorkers: readonly PerdureSettings[] = [
  { taskQueue: taskQueues.perdure },
  { taskQueue: `${taskQueues.perdure}-one`, maxCachedWorkflows: 1 },
  { taskQueue: `${taskQueues.perdure}-two`, maxCachedWorkflows: 2 },
  { taskQueue: `${taskQueues.perdure}-again`, replayOnEveryTask: true },
  { taskQueue: `${taskQueues.perdure}-again-one`, replayOnEveryTask: true, maxCachedWorkflows: 1 },
];

/** Where a program runs; which worker of Perdure has it follows from its seed. */
export function taskQueueOf(runner: Runner, { seed }: Program): string {
  if (runner !== "perdure") return taskQueues[runner];
  // The runner follows from the remainder by 3, the task's time from that by 2.
  return perdureWorkers[Math.floor(seed / 6) % perdureWorkers.length]!.taskQueue;
}
