import type { Init } from "../codec-runtime/init.ts";
import type { PayloadMap } from "../common/payload.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import { CommandType } from "../gen/codec/temporal/api/enums/v1/command_type.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { ascii, jsonPayload, type Marker, payloadText, readMarkerObject } from "./marker-json.ts";

/** A note in history that a patch is in force. */
export interface PatchMarker {
  readonly id: string;
  readonly deprecated: boolean;
}

/** The search attribute in which the patches of a workflow can be searched. */
export const CHANGE_VERSION = "TemporalChangeVersion";

const MARKER_NAME = "core_patch";
const DETAILS_KEY = "patch-data";
/** The server takes values of search attributes below this size. */
const MAX_CHANGE_VERSION_BYTES = 2048;
const KEYWORD_LIST = ascii("KeywordList");

/** Reads the marker of a patch, in the present format or the oldest one; `undefined` for every other marker. */
export function readPatchMarker(marker: Marker): PatchMarker | undefined {
  if (marker.markerName !== MARKER_NAME) return undefined;
  if (marker.details[DETAILS_KEY] === undefined) return readOldMarker(marker);
  const data = readMarkerObject(marker, DETAILS_KEY);
  const id = data?.["id"];
  const deprecated = data?.["deprecated"];
  return typeof id === "string" && typeof deprecated === "boolean" ? { id, deprecated } : undefined;
}

function readOldMarker({ details }: Marker): PatchMarker | undefined {
  const id = payloadText(details["patch_id"]?.payloads[0]);
  const deprecated = details["deprecated"]?.payloads[0]?.data?.[0];
  return id === undefined || deprecated === undefined ? undefined : { id, deprecated: deprecated !== 0 };
}

/** The patch that an event is the marker of. */
export function patchMarkerOf({ attributes }: HistoryEvent): PatchMarker | undefined {
  return attributes.case === "markerRecordedEventAttributes" ? readPatchMarker(attributes.value) : undefined;
}

/** Whether an event is the upsert that goes with the marker of a patch. */
export function isChangeVersionUpsert({ attributes }: HistoryEvent): boolean {
  if (attributes.case !== "upsertWorkflowSearchAttributesEventAttributes") return false;
  return Object.hasOwn(attributes.value.searchAttributes?.indexedFields ?? {}, CHANGE_VERSION);
}

export function patchMarkerCommand({ id, deprecated }: PatchMarker): Init<Command> {
  return {
    commandType: CommandType.RECORD_MARKER,
    attributes: {
      case: "recordMarkerCommandAttributes",
      value: {
        markerName: MARKER_NAME,
        details: { [DETAILS_KEY]: { payloads: [jsonPayload({ id, deprecated })] } },
      },
    },
  };
}

/**
 * The value of the search attribute for these patches, in the order in which all SDKs write it; `undefined` when it is too
 * large for the server.
 */
export function changeVersionFields(ids: readonly string[]): PayloadMap | undefined {
  const payload = jsonPayload([...new Set(ids)].sort(byCodePoint));
  if (payload.data !== undefined && payload.data.length >= MAX_CHANGE_VERSION_BYTES) return undefined;
  return { [CHANGE_VERSION]: { ...payload, metadata: { ...payload.metadata, type: KEYWORD_LIST } } };
}

/** The order of UTF-8 bytes. JavaScript's own order differs for characters outside of the basic plane. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const inA = a.charCodeAt(i);
    const inB = b.charCodeAt(i);
    if (inA !== inB) return isSurrogate(inA) === isSurrogate(inB) ? inA - inB : isSurrogate(inA) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
