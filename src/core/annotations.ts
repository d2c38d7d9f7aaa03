import type { Init } from "../codec-runtime/init.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import type { EventGroupMarker } from "../gen/codec/temporal/api/sdk/v1/event_group_marker.ts";
import type { LiveMachine, QueuedCommand } from "./machine.ts";

/** Which group of events, as the UI shows them, the event of a command belongs to. */
export type EventGroupMarkerData = Init<EventGroupMarker>;

/** What any command of workflow code may carry besides what it asks for. */
export interface Annotated {
  readonly eventGroupMarkers?: readonly EventGroupMarkerData[] | undefined;
  /** The stack of the call that made it; only while commands are traced. */
  readonly stack?: string | undefined;
}

/** What a machine's further commands (a cancellation, for one) carry as its first one did. */
export interface Annotations extends Pick<Annotated, "eventGroupMarkers"> {
  readonly userMetadata?: Init<Command>["userMetadata"];
}

/** Notes what came with the command that opened a machine. `first` is the command that the machine issued for it. */
export function noteAnnotations(
  machine: LiveMachine,
  { eventGroupMarkers, stack }: Annotated,
  first: QueuedCommand | undefined,
): void {
  const userMetadata = first?.command.userMetadata;
  if (stack !== undefined) machine.issuedAt = stack;
  if (eventGroupMarkers !== undefined || userMetadata !== undefined) {
    machine.annotations = { eventGroupMarkers, userMetadata };
  }
}

/** What came with a cancellation replaces what the machine has; what did not is inherited. */
export function overrideAnnotations(machine: LiveMachine, { eventGroupMarkers }: Annotated): void {
  if (eventGroupMarkers !== undefined) machine.annotations = { ...machine.annotations, eventGroupMarkers };
}

/** The command with the annotations of its machine. */
export function withAnnotations(entry: QueuedCommand): QueuedCommand {
  const { annotations } = entry.machine;
  if (annotations === undefined) return entry;
  const { userMetadata = annotations.userMetadata, ...rest } = entry.command;
  return { ...entry, command: { ...rest, userMetadata, eventGroupMarkers: annotations.eventGroupMarkers } };
}
