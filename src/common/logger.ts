import { ValueError } from "./errors.ts";
import { showValue } from "./type-guards.ts";

/** How much a log line matters, from least to most. */
export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";

/** Facts that go with a log line. */
export type LogMetadata = Record<string | symbol, unknown>;

/** Where log lines go. */
export interface Logger {
  log(level: LogLevel, message: string, meta?: LogMetadata): void;
  trace(message: string, meta?: LogMetadata): void;
  debug(message: string, meta?: LogMetadata): void;
  info(message: string, meta?: LogMetadata): void;
  warn(message: string, meta?: LogMetadata): void;
  error(message: string, meta?: LogMetadata): void;
}

/** Which part of the SDK speaks; found in a log line's `sdkComponent`. */
export const SdkComponent = {
  workflow: "workflow",
  activity: "activity",
  nexus: "nexus",
  worker: "worker",
  core: "core",
} as const;
/** Which part of the SDK speaks. */
export type SdkComponent = (typeof SdkComponent)[keyof typeof SdkComponent];

/** One log line. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly meta?: LogMetadata | undefined;
}

/** Writes a log line somewhere. */
export type LogSink = (entry: LogEntry) => void;

const LEVELS: readonly LogLevel[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/** A logger that passes lines of its level and above to a function. */
export class DefaultLogger implements Logger {
  readonly level: LogLevel;
  readonly #threshold: number;
  readonly #sink: LogSink;

  /** @throws {ValueError} when the level is unknown */
  constructor(level: LogLevel, sink: LogSink) {
    this.#threshold = LEVELS.indexOf(level);
    if (this.#threshold < 0) {
      throw new ValueError(`Log level is ${showValue(level)}; allowed are ${LEVELS.join(", ")}`);
    }
    this.level = level;
    this.#sink = sink;
  }

  log(level: LogLevel, message: string, meta?: LogMetadata): void {
    if (LEVELS.indexOf(level) >= this.#threshold) this.#sink({ level, message, meta });
  }

  trace(message: string, meta?: LogMetadata): void {
    this.log("TRACE", message, meta);
  }

  debug(message: string, meta?: LogMetadata): void {
    this.log("DEBUG", message, meta);
  }

  info(message: string, meta?: LogMetadata): void {
    this.log("INFO", message, meta);
  }

  warn(message: string, meta?: LogMetadata): void {
    this.log("WARN", message, meta);
  }

  error(message: string, meta?: LogMetadata): void {
    this.log("ERROR", message, meta);
  }
}

/** Facts to add to log lines: given once, or made anew for each line. */
export type LogMetaOrFunc = LogMetadata | (() => LogMetadata);

/**
 * A logger that adds facts to each line; facts given with the line win, `undefined` and `null` ones are left out.
 *
 * @example
 * ```ts
 * const log = withLogMetadata(logger, { workflowId: "order-1" });
 * ```
 */
export function withLogMetadata(logger: Logger, added: LogMetaOrFunc): Logger {
  const log = (level: LogLevel, message: string, meta?: LogMetadata): void =>
    logger.log(level, message, definedOnly({ ...(typeof added === "function" ? added() : added), ...meta }));
  return {
    log,
    trace: (message, meta) => log("TRACE", message, meta),
    debug: (message, meta) => log("DEBUG", message, meta),
    info: (message, meta) => log("INFO", message, meta),
    warn: (message, meta) => log("WARN", message, meta),
    error: (message, meta) => log("ERROR", message, meta),
  };
}

function definedOnly(meta: LogMetadata): LogMetadata {
  for (const key of Reflect.ownKeys(meta))
    if (meta[key] === undefined || meta[key] === null) delete meta[key];
  return meta;
}
