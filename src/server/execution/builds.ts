import type { Init } from "../../codec-runtime/init.ts";
import type { Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { ResetPointInfo } from "../../gen/codec/temporal/api/workflow/v1/message.ts";
import type { EventValue, StoredEvent } from "../history/event.ts";
import type { Run } from "./run.ts";
import type { RunFields, RunState } from "./run-state.ts";

const UNVERSIONED = "unversioned";
/** Shared by all runs whose workers say nothing: most. */
const NO_BUILD: readonly string[] = [UNVERSIONED];
const MAX_RESET_POINTS = 20;

/** Notes which build of a worker completed a workflow task. */
export function noteBuild(
  state: RunState,
  value: EventValue<"workflowTaskCompleted">,
  event: StoredEvent,
): void {
  const { fields } = state;
  const { workerVersion, binaryChecksum = "", startedEventId } = value;
  const buildId = workerVersion?.buildId ?? "";
  const ids = workerVersion?.useVersioning
    ? [`versioned:${buildId}`]
    : buildId === ""
      ? NO_BUILD
      : [UNVERSIONED, `${UNVERSIONED}:${buildId}`];
  const added = ids.filter((id) => !fields.buildIds.includes(id));
  if (added.length > 0) fields.buildIds = fields.buildIds.length === 0 ? ids : [...fields.buildIds, ...added];
  const known = fields.resetPoints.some(
    (point) => (point.buildId ?? "") === buildId && (point.binaryChecksum ?? "") === binaryChecksum,
  );
  if (known || startedEventId === undefined) return;
  const point = {
    buildId,
    binaryChecksum,
    firstWorkflowTaskCompletedId: event.eventId,
    createTime: event.eventTime,
    resettable: state.children.size === 0 && state.externals.size === 0,
  };
  fields.resetPoints = [...fields.resetPoints, point].slice(-MAX_RESET_POINTS);
  if (binaryChecksum === "") return;
  fields.binaryChecksums = fields.resetPoints.flatMap(({ binaryChecksum: known }) => known || []);
}

/** Where builds of workers took over, in this run and those before it. */
export function resetPointsOf(run: Run): readonly Init<ResetPointInfo>[] {
  return run.fields.resetPoints.map((point) => ({ ...point, runId: point.runId || run.runId }));
}

const encoder = new TextEncoder();
const METADATA = { encoding: encoder.encode("json/plain"), type: encoder.encode("KeywordList") };

const UNSAID = textList(NO_BUILD);

/** The search attributes of a run as lists and descriptions show them. */
export function shownAttributes(
  fields: Pick<RunFields, "buildIds" | "binaryChecksums" | "reportedProblem" | "searchAttributes">,
): Readonly<Record<string, Init<Payload>>> {
  const { buildIds, binaryChecksums, reportedProblem, searchAttributes } = fields;
  if (buildIds.length === 0 && reportedProblem === undefined) return searchAttributes;
  return {
    ...searchAttributes,
    ...(buildIds.length > 0 && { BuildIds: buildIds === NO_BUILD ? UNSAID : textList(buildIds) }),
    ...(binaryChecksums.length > 0 && { BinaryChecksums: textList(binaryChecksums) }),
    ...(reportedProblem && { TemporalReportedProblems: textList(reportedProblem) }),
  };
}

function textList(texts: readonly string[]): Init<Payload> {
  return { metadata: METADATA, data: encoder.encode(JSON.stringify(texts)) };
}
