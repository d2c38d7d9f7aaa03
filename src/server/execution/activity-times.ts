import { TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { durationMs } from "../wire-time.ts";
import type { ActivityRecord } from "./run-state.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** The timeouts of an activity as they stand: when each strikes. Of those of one moment the first counts. */
export function activityDeadlines(
  activity: ActivityRecord,
): readonly { readonly type: TimeoutType; readonly atMs: number }[] {
  const { scheduled, startedMs, scheduledMs, firstScheduledMs, lastHeartbeatMs } = activity;
  const at = (from: number | undefined, duration: Parameters<typeof durationMs>[0]): number => {
    const ms = durationMs(duration) ?? 0;
    return from === undefined || ms <= 0 ? NEVER : from + ms;
  };
  const waiting = startedMs === undefined ? scheduledMs : undefined;
  const lastSign = startedMs === undefined ? undefined : Math.max(startedMs, lastHeartbeatMs ?? 0);
  return [
    { type: TimeoutType.SCHEDULE_TO_START, atMs: at(waiting, scheduled.scheduleToStartTimeout) },
    { type: TimeoutType.SCHEDULE_TO_CLOSE, atMs: at(firstScheduledMs, scheduled.scheduleToCloseTimeout) },
    { type: TimeoutType.START_TO_CLOSE, atMs: at(startedMs, scheduled.startToCloseTimeout) },
    { type: TimeoutType.HEARTBEAT, atMs: at(lastSign, scheduled.heartbeatTimeout) },
  ];
}

/** When something is to be done about an activity: its back-off ends or a timeout strikes. */
export function activityDueMs(activity: ActivityRecord): number | undefined {
  let dueMs = activity.backingOff ? activity.scheduledMs : NEVER;
  for (const { atMs } of activityDeadlines(activity)) dueMs = Math.min(dueMs, atMs);
  return dueMs === NEVER ? undefined : dueMs;
}
