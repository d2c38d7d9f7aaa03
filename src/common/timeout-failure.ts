import { type EnumNames, enumNames } from "./enum-names.ts";
import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

/** Which time limit was passed. */
export const TimeoutType = {
  START_TO_CLOSE: "START_TO_CLOSE",
  SCHEDULE_TO_START: "SCHEDULE_TO_START",
  SCHEDULE_TO_CLOSE: "SCHEDULE_TO_CLOSE",
  HEARTBEAT: "HEARTBEAT",
  /** @deprecated Leave the option out. */
  TIMEOUT_TYPE_UNSPECIFIED: undefined,
  /** @deprecated Use `START_TO_CLOSE`. */
  TIMEOUT_TYPE_START_TO_CLOSE: "START_TO_CLOSE",
  /** @deprecated Use `SCHEDULE_TO_START`. */
  TIMEOUT_TYPE_SCHEDULE_TO_START: "SCHEDULE_TO_START",
  /** @deprecated Use `SCHEDULE_TO_CLOSE`. */
  TIMEOUT_TYPE_SCHEDULE_TO_CLOSE: "SCHEDULE_TO_CLOSE",
  /** @deprecated Use `HEARTBEAT`. */
  TIMEOUT_TYPE_HEARTBEAT: "HEARTBEAT",
} as const;
/** Which time limit was passed. */
export type TimeoutType = Exclude<(typeof TimeoutType)[keyof typeof TimeoutType], undefined>;

/** Names and numbers of {@link TimeoutType}. */
export const timeoutTypeNames: EnumNames<TimeoutType> = enumNames("timeoutType", "TIMEOUT_TYPE_", [
  "START_TO_CLOSE",
  "SCHEDULE_TO_START",
  "SCHEDULE_TO_CLOSE",
  "HEARTBEAT",
]);

/** An activity or a workflow ran out of time. */
export class TimeoutFailure extends TemporalFailure {
  declare readonly code: "TIMEOUT_FAILURE";
  /** What the activity reported last, if it timed out after a heartbeat. */
  readonly lastHeartbeatDetails: unknown;
  readonly timeoutType: TimeoutType | undefined;

  constructor(
    message: string | undefined,
    lastHeartbeatDetails: unknown,
    timeoutType: TimeoutType | undefined,
    cause?: Error,
  ) {
    super(message, cause);
    this.lastHeartbeatDetails = lastHeartbeatDetails;
    this.timeoutType = timeoutType;
  }

  static {
    realmSafe(TimeoutFailure, "TimeoutFailure", "TIMEOUT_FAILURE");
  }
}
