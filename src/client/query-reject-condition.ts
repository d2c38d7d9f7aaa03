import { type EnumNames, enumNames } from "../common/enum-names.ts";

/** In which states of a workflow its queries are refused. */
export const QueryRejectCondition = {
  /** Never. */
  NONE: "NONE",
  /** Unless it runs. */
  NOT_OPEN: "NOT_OPEN",
  /** Unless it runs or completed. */
  NOT_COMPLETED_CLEANLY: "NOT_COMPLETED_CLEANLY",
  /** @deprecated Leave the option out. */
  QUERY_REJECT_CONDITION_UNSPECIFIED: undefined,
  /** @deprecated Use `NONE`. */
  QUERY_REJECT_CONDITION_NONE: "NONE",
  /** @deprecated Use `NOT_OPEN`. */
  QUERY_REJECT_CONDITION_NOT_OPEN: "NOT_OPEN",
  /** @deprecated Use `NOT_COMPLETED_CLEANLY`. */
  QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY: "NOT_COMPLETED_CLEANLY",
} as const;
/** In which states of a workflow its queries are refused. */
export type QueryRejectCondition = Exclude<
  (typeof QueryRejectCondition)[keyof typeof QueryRejectCondition],
  undefined
>;

/** Names and numbers of {@link QueryRejectCondition}. */
export const queryRejectConditionNames: EnumNames<QueryRejectCondition> = enumNames(
  "queryRejectCondition",
  "QUERY_REJECT_CONDITION_",
  ["NONE", "NOT_OPEN", "NOT_COMPLETED_CLEANLY"],
);
