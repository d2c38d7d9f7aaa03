// Invariants
// R1. Moments are found as robfig's cron library finds them, which the real server uses, step by step: where clocks are put
//     forward or back, other ways of looking give other moments.
// R2. Before the first step, what is smaller than the step goes to its beginning; after that everything is at its beginning.
import type { CronField } from "./cron-field.ts";
import { type LocalTime, localTime, momentOf, type TimeZone } from "./local-time.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const YEARS_AHEAD = 5;

/** The fields of a cron schedule. */
export type CronFields = Readonly<Record<"minute" | "hour" | "day" | "month" | "weekday", CronField>>;

/** One search for the next moment that fits. Each step gives false when a larger field changed by it. */
export class CronSearch {
  readonly #fields: CronFields;
  readonly #zone: TimeZone;
  #atMs: number;
  #begun = false;

  constructor(fields: CronFields, zone: TimeZone, afterMs: number) {
    this.#fields = fields;
    this.#zone = zone;
    this.#atMs = Math.floor(afterMs / SECOND_MS) * SECOND_MS + SECOND_MS;
  }

  /** Undefined: there is none within five years. */
  find(): number | undefined {
    const lastYear = this.#local.year + YEARS_AHEAD;
    while (this.#local.year <= lastYear) {
      if (this.#month() && this.#day() && this.#hour() && this.#minute() && this.#second()) return this.#atMs;
    }
    return undefined;
  }

  get #local(): LocalTime {
    return localTime(this.#atMs, this.#zone);
  }

  #begin(moment: () => number): void {
    if (!this.#begun) this.#atMs = moment();
    this.#begun = true;
  }

  #month(): boolean {
    while (!this.#fields.month.fits.has(this.#local.month)) {
      this.#begin(() => this.#fullHour({ day: 1, hour: 0 }));
      this.#shift({ months: 1, days: 0 });
      if (this.#local.month === 1) return false;
    }
    return true;
  }

  #day(): boolean {
    while (!this.#dayFits()) {
      this.#begin(() => this.#fullHour({ hour: 0 }));
      this.#shift({ months: 0, days: 1 });
      // Where clocks change at midnight a day later is not the beginning of a day: goes there, or to what comes closest.
      const { hour } = this.#local;
      if (hour !== 0) this.#atMs += (hour > 12 ? 24 - hour : -hour) * HOUR_MS;
      if (this.#local.day === 1) return false;
    }
    return true;
  }

  #hour(): boolean {
    while (!this.#fields.hour.fits.has(this.#local.hour)) {
      this.#begin(() => this.#fullHour({}));
      this.#atMs += HOUR_MS;
      if (this.#local.hour === 0) return false;
    }
    return true;
  }

  #minute(): boolean {
    while (!this.#fields.minute.fits.has(this.#local.minute)) {
      this.#begin(() => Math.floor(this.#atMs / MINUTE_MS) * MINUTE_MS);
      this.#atMs += MINUTE_MS;
      if (this.#local.minute === 0) return false;
    }
    return true;
  }

  #second(): boolean {
    if (this.#atMs % MINUTE_MS === 0) return true;
    this.#begun = true;
    this.#atMs = Math.ceil(this.#atMs / MINUTE_MS) * MINUTE_MS;
    return false;
  }

  /** Of two days that are given, either will do. */
  #dayFits(): boolean {
    const { day, weekday } = this.#fields;
    const local = this.#local;
    const byDay = day.fits.has(local.day);
    const byWeekday = weekday.fits.has(local.weekday);
    return day.open || weekday.open ? byDay && byWeekday : byDay || byWeekday;
  }

  #fullHour(changes: { readonly day?: number; readonly hour?: number }): number {
    const { year, month, day, hour } = this.#local;
    return momentOf({ year, month, day, hour, restMs: 0, ...changes }, this.#zone);
  }

  /**
   * Goes on by the calendar: the time of day stays, if there is one. A day that a place left out leads back to the one before:
   * it is stepped over by the clock, where the library would go round for ever.
   */
  #shift(by: { readonly months: number; readonly days: number }): void {
    const { year, month, day, hour } = this.#local;
    const shownMs = this.#atMs + this.#zone.offsetMs(this.#atMs);
    const restMs = ((shownMs % HOUR_MS) + HOUR_MS) % HOUR_MS;
    const shiftedMs = momentOf(
      { year, month: month + by.months, day: day + by.days, hour, restMs },
      this.#zone,
    );
    this.#atMs = shiftedMs > this.#atMs ? shiftedMs : this.#atMs + 24 * HOUR_MS;
  }
}
