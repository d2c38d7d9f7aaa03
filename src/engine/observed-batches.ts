import { isLogged, type LogLevel } from "../common/logger.ts";
import type { FromThread, ObservedCall } from "./protocol.ts";

/** Logs, metrics and sink calls of workflow code, sent in one message per answer. */
export class ObservedBatches {
  readonly #post: (message: FromThread) => void;
  readonly #calls: Map<string, ObservedCall[]> = new Map();

  readonly #logLevel: LogLevel;

  /** Log lines below `logLevel` are left out. */
  constructor(post: (message: FromThread) => void, logLevel: LogLevel = "TRACE") {
    this.#post = post;
    this.#logLevel = logLevel;
  }

  add(runId: string, made: unknown): void {
    // The inside makes nothing but observed calls.
    const call = made as ObservedCall;
    if (call.kind === "log" && !isLogged(call.level, this.#logLevel)) return;
    const calls = this.#calls.get(runId);
    if (calls === undefined) this.#calls.set(runId, [call]);
    else calls.push(call);
  }

  /** Drops what the run observed. */
  forget(runId: string): void {
    this.#calls.delete(runId);
  }

  flush(runId: string): void {
    const calls = this.#calls.get(runId);
    if (calls === undefined) return;
    this.#calls.delete(runId);
    try {
      this.#post({ kind: "observed", runId, calls });
    } catch {
      // An attribute or argument that can't be sent to another thread, such as a function: it is sent as text.
      this.#post({ kind: "observed", runId, calls: calls.map((call) => plain(call, 0) as ObservedCall) });
    }
  }
}

const MAX_DEPTH = 8;

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "function" || typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  const { stack } = value as { stack?: unknown };
  if (typeof stack === "string") return stack;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
}
