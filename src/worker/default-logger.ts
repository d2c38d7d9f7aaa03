import {
  DefaultLogger as BaseLogger,
  type LogEntry,
  type LogLevel,
  type LogMetadata,
  type LogSink,
} from "../common/logger.ts";

/** A logger that writes to standard error, or passes its lines to a function of yours. */
export class DefaultLogger extends BaseLogger {
  /**
   * @param level lines below it are left out; default `"INFO"`
   * @throws ValueError when the level is unknown
   */
  constructor(level: LogLevel = "INFO", sink: LogSink = writeToStderr) {
    super(level, sink);
  }
}

function writeToStderr({ level, message, timestampNanos, meta }: LogEntry): void {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const line = `${time} [${level}] ${message}`;
  if (meta === undefined || isEmpty(meta)) console.error(line);
  else console.error(line, meta);
}

function isEmpty(meta: LogMetadata): boolean {
  return Reflect.ownKeys(meta).length === 0;
}
