import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { lengthAndLimit, tooLong } from "./activity-attributes.ts";
import { type CommandHandler, CommandRefused } from "./command.ts";

/** Records a marker. */
export const recordMarker: CommandHandler<"recordMarker"> = ({ tx, completedId, extras }, value) => {
  const cause = Cause.BAD_RECORD_MARKER_ATTRIBUTES;
  if (!value.markerName) throw new CommandRefused(cause, "MarkerName is not set on RecordMarkerCommand.");
  if (tooLong(value.markerName))
    throw new CommandRefused(
      cause,
      `MarkerName on RecordMarkerCommand exceeds length limit. MarkerName=${value.markerName} ${lengthAndLimit(value.markerName)}`,
    );
  tx.add("markerRecorded", { workflowTaskCompletedEventId: completedId, ...value }, extras);
};

/** Changes search attributes. */
export const upsertWorkflowSearchAttributes: CommandHandler<"upsertWorkflowSearchAttributes"> = (
  context,
  value,
) => {
  const { tx, completedId, extras, engine, run } = context;
  const fields = value.searchAttributes?.indexedFields;
  if (fields === undefined || Object.keys(fields).length === 0) {
    throw new CommandRefused(
      Cause.BAD_SEARCH_ATTRIBUTES,
      `${value.searchAttributes ? "IndexedFields" : "SearchAttributes"} is not set on UpsertWorkflowSearchAttributesCommand.`,
    );
  }
  try {
    const rules = engine.parts.searchAttributes;
    // Nulls stay in the event: they are what takes an attribute away.
    const indexedFields = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, rules.typed(run.namespace, name, value ?? {})]),
    );
    Object.assign(indexedFields, rules.check(run.namespace, fields));
    tx.add(
      "upsertWorkflowSearchAttributes",
      {
        searchAttributes: { indexedFields },
        workflowTaskCompletedEventId: completedId,
      },
      extras,
    );
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new CommandRefused(Cause.BAD_SEARCH_ATTRIBUTES, error.message);
  }
};

/** Changes the memo. */
export const modifyWorkflowProperties: CommandHandler<"modifyWorkflowProperties"> = (context, value) => {
  const { tx, completedId, extras } = context;
  if (Object.keys(value.upsertedMemo?.fields ?? {}).length === 0) {
    throw new CommandRefused(
      Cause.BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES,
      `${value.upsertedMemo ? "UpsertedMemo.Fields" : "UpsertedMemo"} is not set on ModifyWorkflowPropertiesCommand.`,
    );
  }
  tx.add(
    "workflowPropertiesModified",
    { upsertedMemo: value.upsertedMemo, workflowTaskCompletedEventId: completedId },
    extras,
  );
};
