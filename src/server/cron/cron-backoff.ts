import { type CronSchedule, parseCron } from "./cron-schedule.ts";

const SECOND_MS = 1_000;

/**
 * What is wrong with a cron schedule of a start, in the real server's words; undefined: nothing. An empty one is none.
 *
 * @example
 * ```ts
 * cronFault("0 0 30 2 *", Date.now()); // "invalid CronSchedule, no time can be found to satisfy the schedule"
 * ```
 */
export function cronFault(text: string, nowMs: number): string | undefined {
  if (text === "") return undefined;
  const schedule = parseCron(text);
  if (schedule === undefined) return "invalid CronSchedule.";
  return schedule.nextAfter(nowMs) === undefined
    ? "invalid CronSchedule, no time can be found to satisfy the schedule"
    : undefined;
}

/**
 * How long the first workflow task of the next run waits, in milliseconds: full seconds, rounded up, until the first moment
 * of the schedule after `executionMs` that is not past. Undefined: no moment comes any more.
 *
 * @param from `executionMs`: when the run before was to begin; `nowMs`: now, when it has ended
 * @example
 * ```ts
 * cronBackoffMs(schedule, { executionMs: startMs, nowMs: startMs });
 * ```
 */
export function cronBackoffMs(
  schedule: CronSchedule,
  { executionMs, nowMs }: { readonly executionMs: number; readonly nowMs: number },
): number | undefined {
  const fromMs = Math.max(executionMs, nowMs);
  const nextMs = schedule.nextNotBefore(executionMs, fromMs);
  return nextMs === undefined ? undefined : Math.ceil((nextMs - fromMs) / SECOND_MS) * SECOND_MS;
}
