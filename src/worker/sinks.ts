/** A function that workflow code calls through `proxySinks`. */
export type SinkFunction = (...args: never[]) => void;

/** The functions of one sink. */
export type Sink = { readonly [fn: string]: SinkFunction };

/** The sinks that workflow code knows, by name. */
export type Sinks = { readonly [sink: string]: Sink };

/** Facts about the workflow at the time of a sink call: the same as `workflowInfo()` gives there. */
export type SinkWorkflowInfo = { readonly [key: string]: unknown };

/** What a sink function does; it runs on the worker's main thread. */
export interface InjectedSinkFunction<F extends SinkFunction = SinkFunction> {
  /**
   * @param info facts about the workflow at the time of the call
   * @param args what the workflow passed: plain data
   */
  fn(info: SinkWorkflowInfo, ...args: Parameters<F>): void | Promise<void>;
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
