import type { Logger, LogLevel, LogMetadata } from "../../src/common/logger.ts";

/** A logger that keeps its lines. */
export class RecordedLog implements Logger {
  readonly lines: { readonly level: LogLevel; readonly message: string; readonly meta: LogMetadata }[] = [];

  log(level: LogLevel, message: string, meta: LogMetadata = {}): void {
    this.lines.push({ level, message, meta });
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

  /** Messages of one level. */
  at(level: LogLevel): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
