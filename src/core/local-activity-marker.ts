import type { Init } from "../codec-runtime/init.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import { CommandType } from "../gen/codec/temporal/api/enums/v1/command_type.ts";
import type { FailureData } from "./activation.ts";
import type { LocalActivityEnd, LocalActivityOutcome, MarkerTime } from "./local-activity-jobs.ts";
import { jsonPayload, type Marker, readMarkerObject } from "./marker-json.ts";

/** How a local activity ended, as history keeps it. */
export interface LocalActivityMarker extends LocalActivityOutcome {
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
}

const MARKER_NAME = "core_local_activity";

/** Whether a marker is that of a local activity. */
export function isLocalActivityMarker(marker: Marker): boolean {
  return marker.markerName === MARKER_NAME;
}

/** Reads the marker of a local activity; `undefined` when it can't be read. */
export function readLocalActivityMarker(marker: Marker): LocalActivityMarker | undefined {
  const data = readMarkerObject(marker, "data");
  if (data === undefined) return undefined;
  const { seq, attempt, activity_id: activityId, activity_type: activityType } = data;
  if (typeof seq !== "number" || typeof attempt !== "number") return undefined;
  if (typeof activityId !== "string" || typeof activityType !== "string") return undefined;
  return {
    seq,
    attempt,
    activityId,
    activityType,
    completeTime: timeOf(data["complete_time"]),
    backoff: timeOf(data["backoff"]),
    originalScheduleTime: timeOf(data["original_schedule_time"]),
    apart: data["apart"] === true,
    end: endOf(marker),
  };
}

/** A failure counts even where there is a result; with neither, the activity returned nothing. */
function endOf({ failure, details }: Marker): LocalActivityEnd {
  if (failure !== undefined) return { kind: failedHow(failure), failure };
  return { kind: "completed", result: details["result"]?.payloads[0] ?? {} };
}

function failedHow(failure: FailureData): "failed" | "timedOut" | "cancelled" {
  const cases = [failure.failureInfo?.case, failure.cause?.failureInfo?.case];
  if (cases.includes("canceledFailureInfo")) return "cancelled";
  // One that the activity itself threw says where it comes from.
  return cases[0] === "timeoutFailureInfo" && !failure.source ? "timedOut" : "failed";
}

function timeOf(value: unknown): MarkerTime | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seconds, nanos } = value as { readonly seconds?: unknown; readonly nanos?: unknown };
  return typeof seconds === "number" && typeof nanos === "number" ? { seconds, nanos } : undefined;
}

/** The command that records how a local activity ended: byte for byte as other SDKs write it, but for `apart`. */
export function localActivityMarkerCommand(
  marker: LocalActivityMarker,
  userMetadata: Init<Command>["userMetadata"],
): Init<Command> {
  const { end } = marker;
  const data = jsonPayload({
    seq: marker.seq,
    attempt: marker.attempt,
    activity_id: marker.activityId,
    activity_type: marker.activityType,
    complete_time: marker.completeTime ?? null,
    backoff: marker.backoff ?? null,
    original_schedule_time: marker.originalScheduleTime ?? null,
    ...(marker.apart ? { apart: true } : {}),
  });
  const result = end.kind === "completed" ? end.result : undefined;
  return {
    commandType: CommandType.RECORD_MARKER,
    userMetadata,
    attributes: {
      case: "recordMarkerCommandAttributes",
      value: {
        markerName: MARKER_NAME,
        details: {
          data: { payloads: [data] },
          ...(result === undefined ? {} : { result: { payloads: [result] } }),
        },
        failure: end.kind === "completed" ? undefined : end.failure,
      },
    },
  };
}

/** A time in milliseconds to the form of markers. */
export function markerTime(ms: number): MarkerTime {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1_000_000) };
}

/** Whole milliseconds: what is left is cut, as for times of events. */
export function markerTimeMs({ seconds, nanos }: MarkerTime): number {
  return seconds * 1000 + Math.floor(nanos / 1_000_000);
}
