import type { Init } from "../codec-runtime/init.ts";
import { isLocalActivityMarker, readLocalActivityMarker } from "../core/local-activity-marker.ts";
import type { Marker } from "../core/marker-json.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";

/** The commands of a task's answer. */
export type Commands = readonly Init<Command>[];

/** Where two runs of the same task part; undefined when they do not. */
export interface CommandDifference {
  /** What the first run had there, and what the second. */
  readonly text: string;
  /** Place among the commands of the second run. */
  readonly at: number;
}

/**
 * Compares the commands of a task with those of its rerun. `whole`: the rerun heard of the same ends of local activities; if not, what
 * is before the first end is compared alone.
 */
export function commandDifference(
  commands: Commands,
  others: Commands,
  whole: boolean,
): CommandDifference | undefined {
  const all = { length: Math.max(commands.length, others.length), mayLack: false };
  const { length, mayLack } = whole ? all : comparable(commands, others);
  for (let index = 0, at = 0; index < length; index++, at++) {
    const first = commands[index];
    // How local activities ended may have taken commands back that were not sent yet.
    const found = mayLack ? others.findIndex((other, from) => from >= at && isSame(first, other)) : -1;
    if (found >= 0) at = found;
    const second = others[at];
    if (isSame(first, second) || isSameLocal(first, second)) continue;
    const text = `command ${index + 1} of this task was ${commandText(first)} at first and ${commandText(second)} when the workflow was run again`;
    return { text, at };
  }
  return undefined;
}

function commandText(command: Init<Command> | undefined): string {
  const name = command?.attributes?.case?.replace("CommandAttributes", "");
  if (name === undefined) return "absent";
  const fields = Object.entries(command?.attributes?.value ?? {}).flatMap(([field, value]) => {
    if (typeof value === "string" && value !== "") return [`${field} '${value}'`];
    const inner = (value as { readonly name?: unknown } | undefined)?.name;
    return typeof inner === "string" && inner !== "" ? [`${field} '${inner}'`] : [];
  });
  return fields.length === 0 ? name : `${name} (${fields.slice(0, 4).join(", ")})`;
}

/** How many commands of a task do not depend on how its local activities ended, and whether others may be missing among them. */
function comparable(commands: Commands, others: Commands): { length: number; mayLack: boolean } {
  const cut = commands.findIndex(isLocalMarker);
  if (cut >= 0) return { length: cut, mayLack: true };
  if (others.some(isLocalMarker)) return { length: commands.length, mayLack: true };
  return { length: Math.max(commands.length, others.length), mayLack: false };
}

function isLocalMarker(command: Init<Command>): boolean {
  return localMarkerOf(command) !== undefined;
}

function localMarkerOf(command: Init<Command> | undefined): Marker | undefined {
  if (command?.attributes?.case !== "recordMarkerCommandAttributes") return undefined;
  // Core made it, with all that history has.
  const marker = command.attributes.value as Marker;
  return isLocalActivityMarker(marker) ? marker : undefined;
}

/** Markers of local activities hold times, which differ from run to run; how they ended is the same, since it was told. */
function isSameLocal(one: Init<Command> | undefined, other: Init<Command> | undefined): boolean {
  const [first, second] = [one, other].map((command) => {
    const marker = localMarkerOf(command);
    return marker && readLocalActivityMarker(marker);
  });
  if (first === undefined || second === undefined) return false;
  return first.seq === second.seq && first.activityType === second.activityType;
}

/** Stacks differ with the way by which an activation was reached. */
const NOT_COMPARED: ReadonlySet<string> = new Set(["stackTrace", "encodedAttributes"]);

/** Whether two commands ask for the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const [keys, others] = [definedKeys(one), definedKeys(other)];
  if (keys.length !== others.length) return false;
  return keys.every((key) => {
    const [mine, its] = [one, other].map((value) => (value as { readonly [key: string]: unknown })[key]);
    return NOT_COMPARED.has(key) || isSame(mine, its);
  });
}

function definedKeys(value: object): string[] {
  return Object.keys(value).filter(
    (key) => (value as { readonly [key: string]: unknown })[key] !== undefined,
  );
}
