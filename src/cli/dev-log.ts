import { textOf, UsageError } from "./command.ts";
import type { CliHost, ParsedArgs } from "./host.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "never"] as const;
/** The real dev server has `text`, with `pretty` as another name for it. */
export const LOG_FORMATS = ["text", "json", "pretty"] as const;

/** What a line is of. */
export type LogLevel = "info" | "warn" | "error";

/** Where `perdure dev` writes its lines about what happens: standard error. */
export class DevLog {
  readonly #from: number;
  readonly #asJson: boolean;
  readonly #host: CliHost;

  /** @throws {UsageError} when there is no such level or format */
  constructor(args: ParsedArgs, host: CliHost) {
    this.#from = LOG_LEVELS.indexOf(oneOf(args, "log-level", LOG_LEVELS, "warn"));
    this.#asJson = oneOf(args, "log-format", LOG_FORMATS, "text") === "json";
    this.#host = host;
  }

  /** Writes a line, if its level is wanted. */
  write(level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void {
    if (LOG_LEVELS.indexOf(level) < this.#from) return;
    const line = this.#asJson
      ? JSON.stringify({ time: new Date().toISOString(), level: level.toUpperCase(), msg: message, ...facts })
      : `perdure dev: ${message}${facts === undefined ? "" : ` ${JSON.stringify(facts)}`}`;
    this.#host.err(`${line}\n`);
  }
}

function oneOf<Value extends string>(
  args: ParsedArgs,
  name: string,
  values: readonly Value[],
  fallback: Value,
): Value {
  const text = textOf(args, name) ?? fallback;
  const value = values.find((one) => one === text);
  if (value === undefined) {
    throw new UsageError(`--${name} is '${text}'; it must be one of ${values.join(", ")}`);
  }
  return value;
}
