import { requireRun } from "./runtime/current.ts";
import { plainInfo } from "./runtime/info.ts";

/** A function of a sink: it is called outside of the workflow and gives nothing back. */
export type SinkFunction = (...args: never[]) => void;

/** Functions by name. */
export type Sink = Record<string, SinkFunction>;

/** Sinks by name. */
export type Sinks = Record<string, Sink>;

/** A call of a sink as it goes to the host. */
export interface SinkCall {
  readonly kind: "sink";
  readonly sink: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  /** `workflowInfo()` as plain data, without the functions of `unsafe`. */
  readonly workflowInfo: Record<string, unknown>;
}

/**
 * Gives functions that are run by the worker, outside of the workflow: a way out for logs, metrics and traces. They
 * return nothing, run after the workflow has given its answer, and may run more than once when a task is repeated.
 *
 * @example
 * ```ts
 * interface MySinks extends Sinks {
 *   alerts: { raise(message: string): void };
 * }
 * const { alerts } = proxySinks<MySinks>();
 * alerts.raise("stock is low");
 * ```
 */
export function proxySinks<T extends Sinks>(): T {
  // Every name gives a sink with a function of every name, whatever `T` says.
  return proxyOf((sink) =>
    proxyOf(
      (fn) =>
        (...args: unknown[]) =>
          callSink(sink, fn, args),
    ),
  ) as T;
}

function proxyOf(make: (name: string) => unknown): object {
  return new Proxy(
    {},
    { get: (_, name) => (typeof name === "string" && name !== "then" ? make(name) : undefined) },
  );
}

function callSink(sink: string, fn: string, args: unknown[]): void {
  const run = requireRun("Proxied sinks functions may only be used from a Workflow Execution.");
  const known = run.facts.sinks[`${sink}.${fn}`];
  if (run.info.unsafe.isReplayingHistoryEvents && known?.callDuringReplay !== true) return;
  const call: SinkCall = { kind: "sink", sink, fn, args, workflowInfo: plainInfo(run.info) };
  run.host.observe(run.runId, call);
}
