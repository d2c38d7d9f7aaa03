import { type EnumNames, enumNames } from "./enum-names.ts";

/** Why something was not tried again. */
export const RetryState = {
  IN_PROGRESS: "IN_PROGRESS",
  NON_RETRYABLE_FAILURE: "NON_RETRYABLE_FAILURE",
  TIMEOUT: "TIMEOUT",
  MAXIMUM_ATTEMPTS_REACHED: "MAXIMUM_ATTEMPTS_REACHED",
  RETRY_POLICY_NOT_SET: "RETRY_POLICY_NOT_SET",
  INTERNAL_SERVER_ERROR: "INTERNAL_SERVER_ERROR",
  CANCEL_REQUESTED: "CANCEL_REQUESTED",
  /** @deprecated Leave the option out. */
  RETRY_STATE_UNSPECIFIED: undefined,
  /** @deprecated Use `IN_PROGRESS`. */
  RETRY_STATE_IN_PROGRESS: "IN_PROGRESS",
  /** @deprecated Use `NON_RETRYABLE_FAILURE`. */
  RETRY_STATE_NON_RETRYABLE_FAILURE: "NON_RETRYABLE_FAILURE",
  /** @deprecated Use `TIMEOUT`. */
  RETRY_STATE_TIMEOUT: "TIMEOUT",
  /** @deprecated Use `MAXIMUM_ATTEMPTS_REACHED`. */
  RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED: "MAXIMUM_ATTEMPTS_REACHED",
  /** @deprecated Use `RETRY_POLICY_NOT_SET`. */
  RETRY_STATE_RETRY_POLICY_NOT_SET: "RETRY_POLICY_NOT_SET",
  /** @deprecated Use `INTERNAL_SERVER_ERROR`. */
  RETRY_STATE_INTERNAL_SERVER_ERROR: "INTERNAL_SERVER_ERROR",
  /** @deprecated Use `CANCEL_REQUESTED`. */
  RETRY_STATE_CANCEL_REQUESTED: "CANCEL_REQUESTED",
} as const;
/** Why something was not tried again. */
export type RetryState = Exclude<(typeof RetryState)[keyof typeof RetryState], undefined>;

/** Names and numbers of {@link RetryState}. */
export const retryStateNames: EnumNames<RetryState> = enumNames("retryState", "RETRY_STATE_", [
  "IN_PROGRESS",
  "NON_RETRYABLE_FAILURE",
  "TIMEOUT",
  "MAXIMUM_ATTEMPTS_REACHED",
  "RETRY_POLICY_NOT_SET",
  "INTERNAL_SERVER_ERROR",
  "CANCEL_REQUESTED",
]);
