import { cronBackoffMs } from "../cron/cron-backoff.ts";
import { parseCron } from "../cron/cron-schedule.ts";

/** How long a run waits for its cron schedule, in milliseconds; undefined: it has none, or no time comes any more. */
export function cronWaitMs(
  cronSchedule: string | undefined,
  times: { readonly executionMs: number; readonly nowMs: number },
): number | undefined {
  const schedule = cronSchedule ? parseCron(cronSchedule) : undefined;
  return schedule && cronBackoffMs(schedule, times);
}
