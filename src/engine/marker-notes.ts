import type { Init } from "../codec-runtime/init.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";

/*
 * Markers hold notes that SDKs make for themselves beside values of the user. Notes pass no codec: other SDKs, and the web UI,
 * read them as they are.
 */

interface Marker {
  readonly markerName?: string | undefined;
  readonly details?:
    | { readonly [key: string]: { readonly payloads?: readonly object[] | undefined } | undefined }
    | undefined;
}

/** Keys of the details that hold notes, by the name of the marker. */
const noteKeys: { readonly [markerName: string]: readonly string[] | undefined } = {
  core_patch: ["patch-data", "patch_id", "deprecated"],
  core_local_activity: ["data"],
};

function addNotes(notes: Set<object>, { markerName = "", details }: Marker): void {
  if (!Object.hasOwn(noteKeys, markerName)) return;
  for (const key of noteKeys[markerName] ?? []) {
    for (const payload of details?.[key]?.payloads ?? []) notes.add(payload);
  }
}

/** The payloads of notes below the commands of an answer. */
export function notesInCommands(commands: readonly Init<Command>[] | undefined): ReadonlySet<object> {
  const notes = new Set<object>();
  for (const { attributes } of commands ?? []) {
    if (attributes?.case === "recordMarkerCommandAttributes") addNotes(notes, attributes.value);
  }
  return notes;
}

/** The payloads of notes below events. */
export function notesInEvents(events: readonly HistoryEvent[] | undefined): ReadonlySet<object> {
  const notes = new Set<object>();
  for (const { attributes } of events ?? []) {
    if (attributes.case === "markerRecordedEventAttributes") addNotes(notes, attributes.value);
  }
  return notes;
}
