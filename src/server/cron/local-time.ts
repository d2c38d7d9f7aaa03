/** A moment by the clock on the wall of some place. Months from 1, days of the week from 0 for Sunday. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** A place's rules for telling time. */
export interface TimeZone {
  /** What its clocks are ahead of UTC at a moment, in milliseconds. */
  offsetMs(epochMs: number): number;
}

const UTC: TimeZone = { offsetMs: () => 0 };

/** The real server runs by UTC: its own place is the same. */
const UTC_NAMES: ReadonlySet<string> = new Set(["", "UTC", "Local"]);

/**
 * The time zone of an IANA name, spelled as the database spells it; undefined: there is none.
 *
 * @example
 * ```ts
 * timeZone("Europe/Berlin")?.offsetMs(Date.UTC(2026, 6, 1)); // 7200000
 * ```
 */
export function timeZone(name: string): TimeZone | undefined {
  if (UTC_NAMES.has(name)) return UTC;
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = readZone(name);
  if (zone !== undefined) {
    if (zones.size >= MOST_ZONES) zones.clear();
    zones.set(name, zone);
  }
  return zone;
}

/** Those read before: reading one is slow. Nothing depends on what is in here. */
const zones: Map<string, TimeZone> = new Map();
const MOST_ZONES = 32;

function readZone(name: string): TimeZone | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    return spelledRight(name, format.resolvedOptions().timeZone) ? new IntlTimeZone(format) : undefined;
  } catch {
    return undefined;
  }
}

/** `Intl` takes names in any case, the database does not. A name that leads to another cannot be compared with it. */
function spelledRight(name: string, resolved: string): boolean {
  if (name.toLowerCase() === resolved.toLowerCase()) return name === resolved;
  return (
    name !== name.toLowerCase() && (name !== name.toUpperCase() || !name.includes("/") || ACRONYM.test(name))
  );
}

/** Names in capitals with a slash: `Etc/GMT+5` is none, `US/…` goes on in small letters. */
const ACRONYM = /^Etc\/|\/(UTC|UCT|GMT|NZ)/;

/** Offsets change at full quarters of an hour: what was found in one holds for all of it. */
const QUARTER_MS = 15 * 60_000;
const MOST_KNOWN = 4_096;

class IntlTimeZone implements TimeZone {
  readonly #format: Intl.DateTimeFormat;
  readonly #known: Map<number, number> = new Map();

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  offsetMs(epochMs: number): number {
    const quarter = Math.floor(epochMs / QUARTER_MS);
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    const offset = this.#find(quarter * QUARTER_MS);
    this.#known.set(quarter, offset);
    return offset;
  }

  #find(epochMs: number): number {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(epochMs)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - epochMs;
  }
}

/** What the clocks of a zone show at a moment. */
export function localTime(epochMs: number, zone: TimeZone): LocalTime {
  const shown = new Date(epochMs + zone.offsetMs(epochMs));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
  };
}

/**
 * When the clocks of a zone show a time. Fields out of range carry over. Of a time that is shown twice or never, one of the
 * two moments it could be: the one Go's `time.Date` takes, since cron schedules are made with that.
 */
export function momentOf(
  time: {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly restMs: number;
  },
  zone: TimeZone,
): number {
  const asUtc = Date.UTC(time.year, time.month - 1, time.day, time.hour) + time.restMs;
  const offset = zone.offsetMs(asUtc);
  return offset === 0 ? asUtc : asUtc - zone.offsetMs(asUtc - offset);
}
