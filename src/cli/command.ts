import type { CliHost, OptionTable, ParsedArgs } from "./host.ts";

/** What the process ends with. */
export const ExitCode = {
  ok: 0,
  /** The command did its work and found what it looks for, such as a history that the code does not fit. */
  found: 1,
  /** Wrong arguments, or input that is not usable. */
  usage: 2,
} as const;

/** One command of `perdure`. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** How it is called, one form on each line. */
  readonly usage: readonly string[];
  readonly options: OptionTable;
  /** Whether arguments without an option's name, such as files, mean something. Default: they are refused. */
  readonly takesFiles?: boolean | undefined;
  /** What `--json` puts on standard output when the command throws; absent without such an option. */
  readonly failureAsJson?: ((error: unknown, text: string) => string) | undefined;
  /** Resolves with the exit code. What it throws ends the process with {@link ExitCode.usage}, unless it is a fault. */
  run(args: ParsedArgs, host: CliHost): Promise<number>;
}

/** Arguments do not make sense; the message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "USAGE" as const;
}

/** The value of an option that takes a text. */
export function textOf({ values }: ParsedArgs, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a switch is on. */
export function isOn({ values }: ParsedArgs, name: string): boolean {
  return values[name] === true;
}

/** The values of an option that may be repeated. */
export function textsOf({ values }: ParsedArgs, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The value of an option that counts something. */
export function countOf(args: ParsedArgs, name: string): number | undefined {
  const text = textOf(args, name);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new UsageError(`--${name} is '${text}'; it must be a whole number from 1`);
  }
  return count;
}

/** The help of a command. */
export function helpOf({ summary, usage, options }: Command): string {
  const rows = Object.entries(options).map(([name, option]): [string, string] => [
    `  ${option.short === undefined ? "" : `-${option.short}, `}--${name}${option.type === "string" ? ` <${option.value ?? "text"}>` : ""}`,
    option.help,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    summary,
    "",
    ...usage.map((line) => `  ${line}`),
    "",
    ...rows.map(([left, right]) => left.padEnd(width) + right),
    "",
  ].join("\n");
}
