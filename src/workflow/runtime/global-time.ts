import { maybeCurrentRun } from "./current.ts";

// The realm's own, before anything replaces it.
const RealDate = Date;
const RealDateTimeFormat = Intl.DateTimeFormat;

/** Workflow time in milliseconds. Outside of any run, while shared modules are evaluated, time stands still at 0. */
function nowMs(): number {
  return maybeCurrentRun()?.nowMs ?? 0;
}

/** `Date` with the clock of the current run. Its instances are the realm's own dates. */
export function sandboxDate(): unknown {
  function SandboxDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(nowMs()).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [nowMs()] : args, new.target);
  }
  Object.defineProperties(SandboxDate, {
    name: { value: "Date" },
    length: { value: 7 },
    prototype: { value: RealDate.prototype, writable: false },
    now: { value: nowMs },
    parse: { value: RealDate.parse },
    UTC: { value: RealDate.UTC },
  });
  return Object.freeze(SandboxDate);
}

/** `Intl` whose date formats take workflow time when they are given none. */
export function sandboxIntl(): unknown {
  const make = (args: unknown[], newTarget: unknown): Intl.DateTimeFormat => {
    // A constructor's own `new.target` is a constructor.
    const target = newTarget as typeof RealDateTimeFormat;
    const made: Intl.DateTimeFormat = Reflect.construct(RealDateTimeFormat, args, target);
    const format = made.format.bind(made);
    const formatToParts = made.formatToParts.bind(made);
    return Object.defineProperties(made, {
      format: { value: (date?: Date | number) => format(date ?? nowMs()) },
      formatToParts: { value: (date?: Date | number) => formatToParts(date ?? nowMs()) },
    });
  };
  const DateTimeFormat: typeof Intl.DateTimeFormat = new Proxy(RealDateTimeFormat, {
    construct: (_target, args: unknown[], newTarget) => make(args, newTarget),
    // The built-in may also be called without `new`.
    apply: (_target, _self, args: unknown[]) => make(args, DateTimeFormat),
  });
  const properties: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(Intl);
  return Object.freeze(
    Object.create(Object.prototype, { ...properties, DateTimeFormat: { value: DateTimeFormat } }),
  );
}

interface ZonedDateTime {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
}

interface TemporalNamespace {
  readonly Instant: {
    fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: string): ZonedDateTime };
  };
}

/** The zone of `Temporal.Now`: that of the machine would differ between workers. */
const ZONE = "UTC";

/** `Temporal` with the clock of the current run; undefined where the runtime has none. */
export function sandboxTemporal(): unknown {
  // Not in the ES2023 library yet.
  const { Temporal: real } = globalThis as { readonly Temporal?: TemporalNamespace };
  if (real === undefined) return undefined;
  const instant = (): ReturnType<TemporalNamespace["Instant"]["fromEpochMilliseconds"]> =>
    real.Instant.fromEpochMilliseconds(nowMs());
  const zoned = (zone: string = ZONE): ZonedDateTime => instant().toZonedDateTimeISO(zone);
  const now = Object.freeze({
    instant,
    timeZoneId: () => ZONE,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone?: string) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone?: string) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone?: string) => zoned(zone).toPlainTime(),
  });
  const properties: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(real);
  return Object.freeze(Object.create(Object.prototype, { ...properties, Now: { value: now } }));
}
