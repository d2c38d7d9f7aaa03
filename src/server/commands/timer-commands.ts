import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { eventValue } from "../history/event.ts";
import { durationFault, durationMs, MAX_DURATION_MS, toDuration } from "../wire-time.ts";
import { lengthAndLimit, tooLong } from "./activity-attributes.ts";
import { type CommandHandler, CommandRefused } from "./command.ts";

/** Starts a timer. */
export const startTimer: CommandHandler<"startTimer"> = ({ tx, completedId, extras }, value) => {
  const cause = Cause.BAD_START_TIMER_ATTRIBUTES;
  const timerId = value.timerId ?? "";
  if (timerId === "") throw new CommandRefused(cause, "TimerId is not set on StartTimerCommand.");
  if (tooLong(timerId)) throw new CommandRefused(cause, longId("StartTimerCommand", timerId));
  const fault = durationFault(value.startToFireTimeout);
  if (fault) {
    throw new CommandRefused(
      cause,
      `An invalid StartToFireTimeout is set on StartTimerCommand: ${fault}. TimerId=${timerId}`,
    );
  }
  const ms = durationMs(value.startToFireTimeout);
  if (tx.state.timers.has(timerId)) {
    throw new CommandRefused(
      Cause.START_TIMER_DUPLICATE_ID,
      `invalid history builder state for action: add-timer-started-event, TimerID: ${timerId}`,
    );
  }
  tx.add(
    "timerStarted",
    {
      timerId,
      startToFireTimeout: toDuration(ms && Math.min(ms, MAX_DURATION_MS)),
      workflowTaskCompletedEventId: completedId,
    },
    extras,
  );
};

/** Takes a timer back, also one that fired while the worker decided. */
export const cancelTimer: CommandHandler<"cancelTimer"> = ({ tx, completedId, request, extras }, value) => {
  const timerId = value.timerId ?? "";
  const cause = Cause.BAD_CANCEL_TIMER_ATTRIBUTES;
  if (timerId === "") throw new CommandRefused(cause, "TimerId is not set on CancelTimerCommand.");
  if (tooLong(timerId)) throw new CommandRefused(cause, longId("CancelTimerCommand", timerId));
  const { fields } = tx;
  const fired = fields.buffer.find((event) => eventValue(event, "timerFired")?.timerId === timerId);
  const startedEventId =
    tx.state.timers.get(timerId)?.startedId ??
    (fired && Number(eventValue(fired, "timerFired")?.startedEventId));
  if (startedEventId === undefined) {
    throw new CommandRefused(
      cause,
      `invalid history builder state for action: add-timer-canceled-event, TimerID: ${timerId}`,
    );
  }
  if (fired) fields.buffer = fields.buffer.filter((event) => event !== fired);
  tx.add(
    "timerCanceled",
    { timerId, startedEventId, workflowTaskCompletedEventId: completedId, identity: request.identity },
    extras,
  );
};

function longId(command: string, timerId: string): string {
  return `TimerId on ${command} exceeds length limit. TimerId=${timerId} ${lengthAndLimit(timerId)}`;
}
