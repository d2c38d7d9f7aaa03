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

/** Compares the commands of a task with those of its rerun. */
export function commandDifference(commands: Commands, others: Commands): CommandDifference | undefined {
  for (let at = 0; at < Math.max(commands.length, others.length); at++) {
    const [first, second] = [commands[at], others[at]];
    if (isSame(first, second) || isSameLocal(first, second)) continue;
    const text = `command ${at + 1} of this task was ${commandText(first)} at first and ${commandText(second)} when the workflow was run again`;
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
