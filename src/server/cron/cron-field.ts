/** One field of a cron schedule: the numbers that fit, and whether it was left open by a star. */
export interface CronField {
  readonly fits: ReadonlySet<number>;
  readonly open: boolean;
}

/** What a field may hold. */
export interface FieldRange {
  readonly least: number;
  readonly most: number;
  /** Names in small letters for `least`, `least + 1`… */
  readonly names?: readonly string[];
}

export const MINUTES: FieldRange = { least: 0, most: 59 };
export const HOURS: FieldRange = { least: 0, most: 23 };
export const DAYS: FieldRange = { least: 1, most: 31 };
export const MONTHS: FieldRange = {
  least: 1,
  most: 12,
  names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
export const WEEKDAYS: FieldRange = {
  least: 0,
  most: 6,
  names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/** Reads a field: numbers, names, ranges, steps, and lists of these. Undefined: it cannot be read. */
export function parseField(text: string, range: FieldRange): CronField | undefined {
  const fits = new Set<number>();
  let open = false;
  // Empty items of a list are passed over, as the real server does.
  for (const item of text.split(",").filter((part) => part !== "")) {
    const part = parseItem(item, range);
    if (part === undefined) return undefined;
    for (let value = part.from; value <= part.to; value += part.step) fits.add(value);
    open ||= part.open;
  }
  return { fits, open };
}

interface Item {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly open: boolean;
}

function parseItem(text: string, range: FieldRange): Item | undefined {
  const [span = "", stepText, ...moreSteps] = text.split("/");
  const [first = "", last, ...moreEnds] = span.split("-");
  if (moreSteps.length > 0) return undefined;
  const star = first === "*" || first === "?";
  // Behind a star anything goes: it means the whole range.
  if (!star && moreEnds.length > 0) return undefined;
  const from = star ? range.least : parseValue(first, range);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (from === undefined || step === undefined || step === 0) return undefined;
  const to = star || (last === undefined && stepText !== undefined) ? range.most : endOf(from, last, range);
  if (to === undefined || from < range.least || to > range.most || from > to) return undefined;
  return { from, to, step, open: star && step === 1 };
}

function endOf(from: number, last: string | undefined, range: FieldRange): number | undefined {
  return last === undefined ? from : parseValue(last, range);
}

function parseValue(text: string, { least, names }: FieldRange): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  return named >= 0 ? least + named : parseNumber(text);
}

function parseNumber(text: string): number | undefined {
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}
