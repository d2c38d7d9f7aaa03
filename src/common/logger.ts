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
  /** When, in nanoseconds since the epoch. */
  readonly timestampNanos: bigint;
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
    if (LEVELS.indexOf(level) < this.#threshold) return;
    this.#sink({ level, message, timestampNanos: BigInt(Date.now()) * 1_000_000n, meta });
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
  return new LoggerWithMetadata(logger, added);
}

/** Does nothing for lines that the logger behind it would drop. */
class LoggerWithMetadata implements Logger {
  readonly #logger: Logger;
  readonly #added: LogMetaOrFunc;
  readonly threshold: number;

  constructor(logger: Logger, added: LogMetaOrFunc) {
    this.#logger = logger;
    this.#added = added;
    this.threshold = thresholdOf(logger);
  }

  log(level: LogLevel, message: string, meta?: LogMetadata): void {
    if (this.threshold > 0 && LEVELS.indexOf(level) < this.threshold) return;
    const added = this.#added;
    const all = { ...(typeof added === "function" ? added() : added), ...meta };
    this.#logger.log(level, message, definedOnly(all));
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

/** Index of the lowest level that can matter; 0 for loggers of others, which decide for themselves. */
function thresholdOf(logger: Logger): number {
  if (logger instanceof LoggerWithMetadata) return logger.threshold;
  const isOurs = logger instanceof DefaultLogger && logger.log === DefaultLogger.prototype.log;
  return isOurs ? LEVELS.indexOf(logger.level) : 0;
}

/**
 * The lowest level of which a logger takes lines; `"TRACE"` where only the logger itself knows.
 *
 * @example
 * ```ts
 * lowestLevel(new DefaultLogger("WARN", sink)); // "WARN"
 * ```
 */
export function lowestLevel(logger: Logger): LogLevel {
  return LEVELS[thresholdOf(logger)]!;
}

/**
 * Whether lines of a level are taken where `lowest` is the lowest one.
 *
 * @example
 * ```ts
 * isLogged("DEBUG", "INFO"); // false
 * ```
 */
export function isLogged(level: LogLevel, lowest: LogLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(lowest);
}

function definedOnly(meta: LogMetadata): LogMetadata {
  for (const key of Reflect.ownKeys(meta))
    if (meta[key] === undefined || meta[key] === null) delete meta[key];
  return meta;
}
