import { requireRun } from "./runtime/current.ts";
import { writeLog } from "./runtime/logging.ts";

/** Facts that go with a log line. They must survive being sent to another thread. */
export type LogAttributes = Record<string, unknown>;

/** Writes log lines of a workflow through the worker's logger. */
export interface WorkflowLogger {
  trace(message: string, attrs?: LogAttributes): void;
  debug(message: string, attrs?: LogAttributes): void;
  info(message: string, attrs?: LogAttributes): void;
  warn(message: string, attrs?: LogAttributes): void;
  error(message: string, attrs?: LogAttributes): void;
}

/**
 * Writes log lines. Lines of a replay are dropped, so each line is written once. Namespace, task queue, workflow id,
 * run id and workflow type go with each line.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * log.info("charged", { orderId });
 * ```
 */
export const log: WorkflowLogger = {
  trace: (message, attrs) => writeLog(logRun(), "TRACE", message, attrs),
  debug: (message, attrs) => writeLog(logRun(), "DEBUG", message, attrs),
  info: (message, attrs) => writeLog(logRun(), "INFO", message, attrs),
  warn: (message, attrs) => writeLog(logRun(), "WARN", message, attrs),
  error: (message, attrs) => writeLog(logRun(), "ERROR", message, attrs),
};

const logRun = (): ReturnType<typeof requireRun> =>
  requireRun("Workflow.log(...) may only be used from workflow context.");
