/** The names of an enum, for JSON. */
export interface EnumNames {
  /** Full protobuf name of the enum. */
  readonly type: string;
  /** What all names start with: `EVENT_TYPE_`. */
  readonly prefix: string;
  /** Number → name without prefix. */
  readonly names: Readonly<Record<number, string>>;
}

const numbersByName = new WeakMap<EnumNames, ReadonlyMap<string, number>>();

/** The number of a name as protobuf writes it (`EVENT_TYPE_TIMER_FIRED`) or as Temporal's CLI once did (`TimerFired`). */
export function enumNumber(names: EnumNames, name: string): number | undefined {
  let numbers = numbersByName.get(names);
  if (numbers === undefined) {
    numbers = indexNames(names);
    numbersByName.set(names, numbers);
  }
  return numbers.get(name);
}

/** The full name of a number; undefined if it has none. */
export function enumName(names: EnumNames, value: number): string | undefined {
  const name = names.names[value];
  return name === undefined ? undefined : names.prefix + name;
}

function indexNames(names: EnumNames): ReadonlyMap<string, number> {
  const entries = Object.entries(names.names);
  const short = entries.map(([number, name]): [string, number] => [pascal(name), Number(number)]);
  const full = entries.map(([number, name]): [string, number] => [names.prefix + name, Number(number)]);
  // The full names come last: should both be spelled alike, they win.
  return new Map([...short, ...full]);
}

function pascal(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join("");
}
