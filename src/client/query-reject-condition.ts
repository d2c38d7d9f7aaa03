import { type EnumNames, enumNames } from "../common/enum-names.ts";

/** In which states of a workflow its queries are refused. */
export const QueryRejectCondition = {
  /** Never. */
  NONE: "NONE",
  /** Unless it runs. */
  NOT_OPEN: "NOT_OPEN",
  /** Unless it runs or completed. */
  NOT_COMPLETED_CLEANLY: "NOT_COMPLETED_CLEANLY",
} as const;
/** In which states of a workflow its queries are refused. */
export type QueryRejectCondition = (typeof QueryRejectCondition)[keyof typeof QueryRejectCondition];

/** Names and numbers of {@link QueryRejectCondition}. */
export const queryRejectConditionNames: EnumNames<QueryRejectCondition> = enumNames(
  "queryRejectCondition",
  "QUERY_REJECT_CONDITION_",
  ["NONE", "NOT_OPEN", "NOT_COMPLETED_CLEANLY"],
);
