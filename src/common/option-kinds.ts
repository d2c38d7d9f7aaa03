import { ValueError } from "./errors.ts";
import { isRecord, showValue } from "./type-guards.ts";

/** What an option may be: words for messages, and the check. */
export interface OptionKind {
  readonly allowed: string;
  is(value: unknown): boolean;
}

export const text: OptionKind = {
  allowed: "a non-empty string",
  is: (value) => typeof value === "string" && value !== "",
};
export const flag: OptionKind = { allowed: "true or false", is: (value) => typeof value === "boolean" };
export const record: OptionKind = { allowed: "an object", is: isPlain };
export const callback: OptionKind = { allowed: "a function", is: (value) => typeof value === "function" };
export const texts: OptionKind = {
  allowed: "a list of non-empty strings",
  is: (value) => Array.isArray(value) && value.every(text.is),
};
/** Origins as browsers send them, those of apps with a scheme of their own among them. */
export const origins: OptionKind = {
  allowed: 'a list of origins such as "https://app.example.com", or "*" for any',
  is: (value) =>
    Array.isArray(value) &&
    value.every(
      (each) => typeof each === "string" && /^(?:\*|null|[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+)$/i.test(each),
    ),
};
export const port: OptionKind = {
  allowed: "a whole number from 1 to 65535",
  is: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535,
};
export const milliseconds: OptionKind = {
  allowed: "a number of milliseconds, 0 or more",
  is: (value) => typeof value === "number" && value >= 0 && Number.isFinite(value),
};
export const portOrFree: OptionKind = {
  allowed: "a whole number from 0 (a free port) to 65535",
  is: (value) => value === 0 || port.is(value),
};
export const positive: OptionKind = {
  allowed: "a whole number above 0",
  is: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};

/** The options that there are, by name. */
export type OptionTable<Options> = Readonly<Record<keyof Options & string, OptionKind>>;

/**
 * Checks options of a function that users call.
 *
 * @param where names the options in messages, e.g. `"createLocal: server."`
 * @throws {ValueError} naming the option, its value and what is allowed
 */
export function checkOptions<Options>(where: string, options: unknown, table: OptionTable<Options>): void {
  if (!isPlain(options)) {
    const what = where.endsWith(".") ? where.slice(0, -1) : `${where}options`;
    throw new ValueError(`${what} is ${showValue(options)}; it must be an object`);
  }
  for (const [name, value] of Object.entries(options as Record<string, unknown>)) {
    const kind = Object.hasOwn(table, name) ? table[name as keyof Options & string] : undefined;
    if (kind === undefined) {
      throw new ValueError(
        `${where}${name} is no option; there are: ${Object.keys(table).join(", ") || "none"}`,
      );
    }
    if (value === undefined || kind.is(value)) continue;
    throw new ValueError(`${where}${name} is ${showValue(value)}; it must be ${kind.allowed}`);
  }
}

/** @internal an object that is no list */
export function isPlain(value: unknown): boolean {
  return isRecord(value) && !Array.isArray(value);
}
