import type { Sink, SinkFunction, Sinks } from "../workflow/sinks.ts";
import type { WorkflowInfo } from "../workflow/workflow-info.ts";

/** What a sink function does; it runs on the worker's main thread. */
export interface InjectedSinkFunction<F extends SinkFunction = SinkFunction> {
  /**
   * @param info facts about the workflow at the time of the call
   * @param args what the workflow passed: plain data
   */
  fn(info: WorkflowInfo, ...args: Parameters<F>): void | Promise<void>;
  /** Default false: calls made while history is replayed are left out. */
  readonly callDuringReplay?: boolean | undefined;
}

/** The worker's side of one sink. */
export type InjectedSink<T extends Sink = Sink> = { readonly [P in keyof T]: InjectedSinkFunction<T[P]> };

/**
 * The worker's side of all sinks.
 *
 * @example
 * ```ts
 * const sinks: InjectedSinks<MySinks> = { alerts: { raise: { fn: (info, text) => page(info, text) } } };
 * ```
 */
export type InjectedSinks<T extends Sinks = Sinks> = { readonly [P in keyof T]: InjectedSink<T[P]> };
