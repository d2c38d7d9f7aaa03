import { type EnumNames, enumNames } from "../common/enum-names.ts";
import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";

/** How far an update has come. */
export const WorkflowUpdateStage = {
  /** The server has it; it is not durable yet. Not to be waited for. */
  ADMITTED: "ADMITTED",
  /** The workflow has accepted or rejected it. */
  ACCEPTED: "ACCEPTED",
  /** Its handler has returned or failed. */
  COMPLETED: "COMPLETED",
  /** @deprecated Leave the option out. */
  UNSPECIFIED: undefined,
} as const;
/** How far an update has come. */
export type WorkflowUpdateStage = Exclude<
  (typeof WorkflowUpdateStage)[keyof typeof WorkflowUpdateStage],
  undefined
>;

/** A stage that can be waited for. */
export type WaitableUpdateStage = Exclude<WorkflowUpdateStage, "ADMITTED">;

const stageNames: EnumNames<WorkflowUpdateStage> = enumNames(
  "waitForStage",
  "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_",
  ["ADMITTED", "ACCEPTED", "COMPLETED"],
);

/** Number of a stage on the wire. */
export const stageNumber = (stage: WorkflowUpdateStage): number => stageNames.encode(stage);

/**
 * Refuses what is not a stage that can be waited for.
 *
 * @throws {ValueError} naming the value and what is allowed
 */
export function checkWaitForStage(stage: unknown): void {
  if (stage === "ACCEPTED" || stage === "COMPLETED") return;
  throw new ValueError(
    `waitForStage is ${showValue(stage)}; it must be "ACCEPTED" or "COMPLETED" (an update that is merely admitted is not durable)`,
  );
}
