import { type Duration, msToNumber } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";

/**
 * The error for an option that is not usable.
 *
 * @example
 * ```ts
 * throw badOption("taskQueue", "", "a non-empty text");
 * ```
 */
export function badOption(name: string, value: unknown, allowed: string, cause?: unknown): ValueError {
  return new ValueError(`WorkerOptions.${name} is ${showValue(value)}; it must be ${allowed}`, cause);
}

/**
 * Refuses a path that means something else in each working directory.
 *
 * @throws ValueError naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * checkModulePath("workflowsPath", options.workflowsPath);
 * ```
 */
export function checkModulePath(name: string, path: unknown): void {
  if (typeof path === "string" && /^(?:\/|[a-z]:[\\/]|file:|https?:\/\/)/i.test(path)) return;
  throw badOption(
    name,
    path,
    'an absolute path or a file: URL: new URL("./workflows.ts", import.meta.url).href',
  );
}

/**
 * Refuses what is neither left out nor a list of names.
 *
 * @throws ValueError naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * checkNames("ignoreModules", options.ignoreModules);
 * ```
 */
export function checkNames(name: string, names: unknown): void {
  if (names === undefined) return;
  if (Array.isArray(names) && names.every((item) => typeof item === "string")) return;
  throw badOption(name, names, "a list of module names");
}

/** Reads options of one object, each with its check. Every method throws ValueError naming option, value and allowed. */
export class OptionReader<T extends object> {
  readonly #options: T;

  constructor(options: T) {
    this.#options = options;
  }

  text<K extends keyof T & string>(name: K, fallback: string): string {
    const value: unknown = this.#options[name] ?? fallback;
    if (typeof value !== "string" || value === "") throw badOption(name, value, "a non-empty text");
    return value;
  }

  flag<K extends keyof T & string>(name: K, fallback: boolean): boolean {
    const value: unknown = this.#options[name] ?? fallback;
    if (typeof value !== "boolean") throw badOption(name, value, "true or false");
    return value;
  }

  count<K extends keyof T & string>(name: K, fallback: number, minimum: number): number {
    const value: unknown = this.#options[name] ?? fallback;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < minimum) {
      throw badOption(name, value, `a whole number from ${minimum}`);
    }
    return value;
  }

  ratio<K extends keyof T & string>(name: K, fallback: number): number {
    const value: unknown = this.#options[name] ?? fallback;
    if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
      throw badOption(name, value, "a number from 0 to 1");
    }
    return value;
  }

  rate<K extends keyof T & string>(name: K): number | undefined {
    const value: unknown = this.#options[name];
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
      throw badOption(name, value, "a positive number, or left out for no limit");
    }
    return value;
  }

  duration<K extends keyof T & string>(name: K, fallback: Duration): number {
    return this.optionalDuration(name) ?? msToNumber(fallback, `WorkerOptions.${name}`);
  }

  optionalDuration<K extends keyof T & string>(name: K): number | undefined {
    const value: unknown = this.#options[name];
    if (value === undefined) return undefined;
    // msToNumber names the option when the value is no duration at all.
    const ms = msToNumber(value as Duration, `WorkerOptions.${name}`);
    if (ms < 0) throw badOption(name, value, "a duration that is not negative");
    return ms;
  }

  /** An object, where one is given. */
  record<K extends keyof T & string>(name: K): T[K] | undefined {
    const value = this.#options[name];
    if (value === undefined) return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw badOption(name, value, "an object");
    }
    return value;
  }

  fn<K extends keyof T & string>(name: K): T[K] | undefined {
    const value = this.#options[name];
    if (value !== undefined && typeof value !== "function") throw badOption(name, value, "a function");
    return value;
  }
}
