import { ActivityCancellationType } from "../common/activity-options.ts";
import { type Duration, isTemporalDuration, msOptionalToNumber } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type { PayloadTypeInfo } from "../common/type-info.ts";

/*
 * What calls of activities and of local activities have in common: a proxy with a function for each name, and options that are
 * checked once.
 */

/** How a function of a proxy calls its activity. */
export type CallActivity<Options> = (
  name: string,
  args: unknown[],
  options: Options,
  typeInfo: PayloadTypeInfo | undefined,
) => Promise<unknown>;

/** How the calls of a proxy are converted, by activity. */
type TypeInfos = { readonly [name: string]: PayloadTypeInfo | undefined } | undefined;

/** A function for every name, made when it is first asked for; options of a call are laid over those of the proxy. */
export function activityProxy<Functions extends object, Options extends object>(
  { activityTypeInfo, ...options }: Options & { readonly activityTypeInfo?: TypeInfos },
  call: CallActivity<Options>,
): Functions {
  const functions = new Map<string, unknown>();
  // The handler below makes a function for every name, whatever the type says.
  return new Proxy({} as Functions, {
    get(_, name): unknown {
      if (typeof name !== "string") {
        throw new TypeError(`Only strings are supported for Activity types, got: ${String(name)}`);
      }
      // Returned from an async function, a proxy is asked for `then`; it is not a promise.
      if (name === "then") return undefined;
      let fn = functions.get(name);
      if (fn === undefined) {
        const typeInfo =
          activityTypeInfo && Object.hasOwn(activityTypeInfo, name) ? activityTypeInfo[name] : undefined;
        // What has been taken out is no part of `Options`.
        fn = activityFunction(name, options as unknown as Options, (...called) => call(...called, typeInfo));
        functions.set(name, fn);
      }
      return fn;
    },
  });
}

function activityFunction<Options extends object>(
  name: string,
  options: Options,
  call: (name: string, args: unknown[], options: Options) => Promise<unknown>,
): unknown {
  const plain = (...args: unknown[]): Promise<unknown> => call(name, args, options);
  const executeWithOptions = (over: Options, args: unknown[]): Promise<unknown> =>
    call(name, args, mergeOptions(options, over));
  return Object.assign(plain, { executeWithOptions });
}

interface TimedOptions {
  readonly scheduleToCloseTimeout?: Duration | undefined;
  readonly startToCloseTimeout?: Duration | undefined;
}

/** @throws {TypeError} when these are no options, or none that limit the time; `what` names them */
export function checkedActivityOptions<Options extends TimedOptions>(
  options: Options,
  what: string,
): Options {
  if (options === undefined) throw new TypeError("options must be defined");
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} options are ${showValue(options)}; they must be an object`);
  }
  if (!options.scheduleToCloseTimeout && !options.startToCloseTimeout) {
    throw new TypeError("Required either scheduleToCloseTimeout or startToCloseTimeout");
  }
  return options;
}

/** @throws {ValueError} when it is none */
export function checkCancellationType(cancellationType: string): void {
  if (Object.hasOwn(ActivityCancellationType, cancellationType)) return;
  const allowed = Object.keys(ActivityCancellationType).join(", ");
  throw new ValueError(`cancellationType is ${showValue(cancellationType)}; allowed are ${allowed}`);
}

/**
 * A time in milliseconds.
 *
 * @throws {ValueError} when it is none, or negative
 */
export function checkedTime(value: Duration | undefined, name: string): number | undefined {
  const ms = msOptionalToNumber(value, name);
  if (ms === undefined || ms >= 0) return ms;
  throw new ValueError(`${name} is ${showValue(value)}; it must not be negative`);
}

/** @throws {ValueError} when it is there and no text */
export function checkText(value: unknown, name: string): void {
  if (value === undefined || value === null || typeof value === "string") return;
  throw new ValueError(`${name} is ${showValue(value)}; it must be text`);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isTemporalDuration(value);
}

/** `over` laid over `base`; objects in both are merged, all else is replaced. */
export function mergeOptions<T extends object>(base: T, over: Partial<T>): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isPlain(old) && isPlain(value) ? mergeOptions(old, value) : value;
  }
  // Keys and values are those of `T`.
  return merged as T;
}
