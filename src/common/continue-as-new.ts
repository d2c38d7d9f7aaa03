import { type EnumNames, enumNames } from "./enum-names.ts";

/** Why the server suggests to continue as new. */
export const SuggestContinueAsNewReason = {
  HISTORY_SIZE_TOO_LARGE: "HISTORY_SIZE_TOO_LARGE",
  TOO_MANY_HISTORY_EVENTS: "TOO_MANY_HISTORY_EVENTS",
  TOO_MANY_UPDATES: "TOO_MANY_UPDATES",
} as const;
/** Why the server suggests to continue as new. */
export type SuggestContinueAsNewReason =
  (typeof SuggestContinueAsNewReason)[keyof typeof SuggestContinueAsNewReason];

/** Names and numbers of {@link SuggestContinueAsNewReason}. */
export const suggestContinueAsNewReasonNames: EnumNames<SuggestContinueAsNewReason> = enumNames(
  "SuggestContinueAsNewReason",
  "SUGGEST_CONTINUE_AS_NEW_REASON_",
  ["HISTORY_SIZE_TOO_LARGE", "TOO_MANY_HISTORY_EVENTS", "TOO_MANY_UPDATES"],
);
