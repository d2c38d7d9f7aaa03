import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { addActivity } from "../execution/activities.ts";
import { encodePayloads } from "../execution/payload-text.ts";
import { normalizeActivity } from "./activity-attributes.ts";
import { type CommandHandler, CommandRefused } from "./command.ts";

/** Schedules an activity. */
export const scheduleActivityTask: CommandHandler<"scheduleActivityTask"> = (context, value) => {
  const { tx, engine, run, completedId, extras } = context;
  const attributes = normalizeActivity(value, run);
  const activityId = attributes.activityId ?? "";
  if (tx.state.activityIds.has(activityId)) {
    throw new CommandRefused(
      Cause.SCHEDULE_ACTIVITY_DUPLICATE_ID,
      `invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: ${activityId}`,
    );
  }
  if (tx.state.activities.size >= tx.limits.pending) {
    throw new CommandRefused(
      Cause.PENDING_ACTIVITIES_LIMIT_EXCEEDED,
      `the number of pending activities, ${tx.state.activities.size}, has reached the per-workflow limit of ${tx.limits.pending}`,
    );
  }
  const event = tx.add(
    "activityTaskScheduled",
    { workflowTaskCompletedEventId: completedId, ...attributes },
    extras,
  );
  const mayBeEager = engine.parts.queues.strays.fateOf === undefined;
  if (value.requestEagerExecution && mayBeEager) context.eager.push(event.eventId);
  else addActivity(engine, tx, event.eventId);
};

/** Asks an activity to stop; one that no worker has ends at once. */
export const requestCancelActivityTask: CommandHandler<"requestCancelActivityTask"> = (context, value) => {
  const { tx, completedId, extras, request, eager } = context;
  const scheduledId = Number(value.scheduledEventId ?? 0);
  const cause = Cause.BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES;
  if (scheduledId <= 0) {
    throw new CommandRefused(cause, "ScheduledEventId is not set on RequestCancelActivityTaskCommand.");
  }
  const activity = tx.state.activities.get(scheduledId);
  // One that ended while the worker decided: the request is noted and changes nothing.
  const known = activity ? activity.cancelRequestedId === undefined : tx.endsActivity(scheduledId);
  if (!known) {
    throw new CommandRefused(
      cause,
      `invalid history builder state for action: add-activitytask-cancel-requested-event, ScheduledEventID: ${scheduledId}`,
    );
  }
  const requested = tx.add(
    "activityTaskCancelRequested",
    { scheduledEventId: scheduledId, workflowTaskCompletedEventId: completedId },
    extras,
  );
  if (!activity || activity.startedMs !== undefined) return;
  const at = eager.indexOf(scheduledId);
  if (at >= 0) eager.splice(at, 1);
  tx.add("activityTaskCanceled", {
    scheduledEventId: scheduledId,
    latestCancelRequestedEventId: requested.eventId,
    details: encodePayloads("ACTIVITY_ID_NOT_STARTED"),
    identity: request.identity,
  });
  tx.taskNeeded = true;
};
