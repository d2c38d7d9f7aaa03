import type { Column } from "./columns.ts";

/** What a run of the scenarios was asked for. */
export interface Wanted {
  readonly columns: readonly Column[];
  /** All scenarios on every column, not only the core set where that is what CI runs. */
  readonly full: boolean;
  /** Notes the outcome in `report.json`. */
  readonly record: boolean;
  /** How many columns run at a time. */
  readonly lanes: number;
  /** Parts of names; after `=` whole ones. Empty: no choice. */
  readonly words: readonly string[];
}

const OPTIONS: ReadonlySet<string> = new Set(["--full", "--record", "--lanes"]);

/** Reads command line arguments: names of columns, options, and words that names of scenarios contain. */
export function wantedOf(args: readonly string[], all: readonly Column[]): Wanted {
  const unknown = args.find((arg) => arg.startsWith("--") && !OPTIONS.has(arg));
  if (unknown !== undefined)
    throw new Error(`there is no option ${unknown}; there are ${[...OPTIONS].join(", ")}`);
  const at = args.indexOf("--lanes");
  const lanes = at < 0 ? 2 : Number(args[at + 1]);
  if (!Number.isInteger(lanes) || lanes < 1) throw new Error("--lanes takes a number from 1");
  const rest = args.filter((arg, index) => !OPTIONS.has(arg) && (at < 0 || index !== at + 1));
  const named = all.filter(({ name }) => rest.includes(name));
  return {
    columns: named.length > 0 ? named : all,
    full: args.includes("--full"),
    record: args.includes("--record"),
    lanes,
    words: rest.filter((arg) => !named.some(({ name }) => name === arg)),
  };
}
