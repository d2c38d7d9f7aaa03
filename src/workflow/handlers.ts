import {
  HandlerUnfinishedPolicy,
  type QueryDefinition,
  type SignalDefinition,
  type UpdateDefinition,
} from "../common/definitions.ts";
import { throwIfReservedName } from "../common/reserved-names.ts";
import { showValue, typeName } from "../common/type-guards.ts";
import type { PayloadTypeInfo } from "../common/type-info.ts";
import { assertWritable, requireRun } from "./runtime/current.ts";
import { dispatchBufferedUpdates } from "./runtime/jobs/do-update.ts";
import { dispatchBufferedSignals } from "./runtime/jobs/signal-workflow.ts";
import type { Run } from "./runtime/run.ts";

/** A handler with the arguments and the result of its definition. */
export type Handler<
  Ret,
  Args extends unknown[],
  T extends SignalDefinition<Args> | QueryDefinition<Ret, Args> | UpdateDefinition<Ret, Args>,
> =
  T extends UpdateDefinition<infer R, infer A>
    ? (...args: A) => R | Promise<R>
    : T extends QueryDefinition<infer R, infer A>
      ? (...args: A) => R
      : T extends SignalDefinition<infer A>
        ? (...args: A) => void | Promise<void>
        : never;

/** Takes the signals that have no handler of their own. */
export type DefaultSignalHandler = (signalName: string, ...args: unknown[]) => void | Promise<void>;

/** Answers the queries that have no handler of their own. Synchronous. */
export type DefaultQueryHandler = (queryName: string, ...args: unknown[]) => unknown;

/** Takes the updates that have no handler of their own. */
export type DefaultUpdateHandler = (updateName: string, ...args: unknown[]) => unknown;

/** Refuses an update by throwing, before it leaves a trace in history. Synchronous; it may only read. */
export type UpdateValidator<Args extends unknown[] = unknown[]> = (...args: Args) => void;

/** The arguments of an update, from its definition. */
export type UpdateArgs<T> = T extends UpdateDefinition<unknown, infer Args> ? Args : never;

/** Options of an update handler. */
export interface UpdateHandlerOptions<Args extends unknown[] = unknown[]> {
  /** Refuses updates by throwing. Not called when history is replayed. */
  validator?: UpdateValidator<Args> | undefined;
  /** Shown by the web UI. */
  description?: string | undefined;
  /** What is done when the handler still runs as the workflow ends. Default `WARN_AND_ABANDON`. */
  unfinishedPolicy?: HandlerUnfinishedPolicy | undefined;
}

/** Options of a query handler. */
export interface QueryHandlerOptions {
  /** Shown by the web UI. */
  description?: string | undefined;
}

/** Options of a signal handler. */
export interface SignalHandlerOptions {
  /** Shown by the web UI. */
  description?: string | undefined;
  /** What is done when the handler still runs as the workflow ends. Default `WARN_AND_ABANDON`. */
  unfinishedPolicy?: HandlerUnfinishedPolicy | undefined;
}

/**
 * Sets, replaces or (with `undefined`) removes the handler of a query. It must be synchronous and change nothing.
 *
 * @throws {TypeError} when the handler is not a function
 * @throws {ValueError} when the name is reserved
 * @example
 * ```ts
 * setHandler(status, () => state.status);
 * ```
 */
export function setHandler<Ret, Args extends unknown[], T extends QueryDefinition<Ret, Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: QueryHandlerOptions,
): void;
/**
 * Sets, replaces or (with `undefined`) removes the handler of a signal. Signals that came before are handed to it at
 * once, in order.
 *
 * @throws {TypeError} when the handler is not a function
 * @throws {ValueError} when the name is reserved
 * @example
 * ```ts
 * setHandler(approve, (by) => void approvals.push(by));
 * ```
 */
export function setHandler<Args extends unknown[], T extends SignalDefinition<Args>>(
  def: T,
  handler: Handler<void, Args, T> | undefined,
  options?: SignalHandlerOptions,
): void;
/**
 * Sets, replaces or (with `undefined`) removes the handler of an update. Updates that came in this activation before are
 * handed to it at once, in order; those without a handler at the end of the activation are rejected. A failure that the
 * handler throws fails the update; an error of a type that fails workflows fails the workflow; any other error fails the
 * workflow task, which is tried again.
 *
 * @throws {TypeError} when the handler or the validator is not a function
 * @throws {ValueError} when the name is reserved
 * @example
 * ```ts
 * setHandler(rename, (title) => swapTitle(title), {
 *   validator: (title) => {
 *     if (title === "") throw ApplicationFailure.create({ message: "a title is needed" });
 *   },
 * });
 * ```
 */
export function setHandler<Ret, Args extends unknown[], T extends UpdateDefinition<Ret, Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: UpdateHandlerOptions<UpdateArgs<T>>,
): void;
export function setHandler(
  def: { readonly type: string; readonly name: string; readonly typeInfo?: PayloadTypeInfo | undefined },
  handler: unknown,
  options?: SignalHandlerOptions & { readonly validator?: unknown },
): void {
  const run = writableRun("setHandler");
  if (def?.type !== "signal" && def?.type !== "query" && def?.type !== "update") {
    throw new TypeError(
      `Invalid definition type: ${showValue(def?.type)}. Give what defineSignal, defineQuery or defineUpdate returned`,
    );
  }
  throwIfReservedName(def.type, def.name);
  const fn = functionOrUndefined(handler);
  const { typeInfo } = def;
  const description = options?.description;
  if (def.type === "query") {
    if (fn === undefined) run.handlers.queries.delete(def.name);
    else run.handlers.queries.set(def.name, { handler: fn, typeInfo, description });
    return;
  }
  const unfinishedPolicy = options?.unfinishedPolicy ?? HandlerUnfinishedPolicy.WARN_AND_ABANDON;
  if (def.type === "update") {
    const validator = functionOrUndefined(options?.validator, "validator");
    if (fn === undefined) run.handlers.updates.delete(def.name);
    else
      run.handlers.updates.set(def.name, { handler: fn, validator, typeInfo, description, unfinishedPolicy });
    dispatchBufferedUpdates(run);
    return;
  }
  if (fn === undefined) {
    run.handlers.signals.delete(def.name);
    return;
  }
  run.handlers.signals.set(def.name, { handler: fn, typeInfo, description, unfinishedPolicy });
  dispatchBufferedSignals(run);
}

/**
 * Sets or (with `undefined`) removes the handler of signals that have none of their own. Signals that came before are
 * handed to it at once, in order.
 *
 * @throws {TypeError} when the handler is not a function
 * @example
 * ```ts
 * setDefaultSignalHandler((name, ...args) => void inbox.push({ name, args }));
 * ```
 */
export function setDefaultSignalHandler(handler: DefaultSignalHandler | undefined): void {
  const run = writableRun("setDefaultSignalHandler");
  run.handlers.defaultSignal = functionOrUndefined(handler);
  if (run.handlers.defaultSignal !== undefined) dispatchBufferedSignals(run);
}

/**
 * Sets or (with `undefined`) removes the handler of updates that have none of their own. Updates that came in this
 * activation before are handed to it at once, in order.
 *
 * @throws {TypeError} when the handler is not a function
 * @example
 * ```ts
 * setDefaultUpdateHandler((name, ...args) => dispatch(name, args));
 * ```
 */
export function setDefaultUpdateHandler(handler: DefaultUpdateHandler | undefined): void {
  const run = writableRun("setDefaultUpdateHandler");
  const fn = functionOrUndefined(handler);
  run.handlers.defaultUpdate = fn && {
    handler: fn,
    validator: undefined,
    unfinishedPolicy: HandlerUnfinishedPolicy.WARN_AND_ABANDON,
  };
  if (run.handlers.defaultUpdate !== undefined) dispatchBufferedUpdates(run);
}

/**
 * Sets or (with `undefined`) removes the handler of queries that have none of their own.
 *
 * @throws {TypeError} when the handler is not a function
 * @example
 * ```ts
 * setDefaultQueryHandler((name) => state[name]);
 * ```
 */
export function setDefaultQueryHandler(handler: DefaultQueryHandler | undefined): void {
  const run = writableRun("setDefaultQueryHandler");
  run.handlers.defaultQuery = functionOrUndefined(handler);
}

/**
 * Whether no handler of a signal or an update is running. Wait for it before the workflow ends, so that no handler is cut short.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * await condition(allHandlersFinished);
 * ```
 */
export function allHandlersFinished(): boolean {
  const run = requireRun("allHandlersFinished() may only be used from a Workflow Execution.");
  return run.handlers.signalsInProgress.size === 0 && run.handlers.updatesInProgress.size === 0;
}

function writableRun(name: string): Run {
  const run = requireRun(`Workflow.${name}(...) may only be used from a Workflow Execution.`);
  assertWritable(run, `${name}()`);
  return run;
}

function functionOrUndefined(
  handler: unknown,
  what = "handler",
): ((...args: unknown[]) => unknown) | undefined {
  if (handler === undefined || handler === null) return undefined;
  // Its parameters are those of the definition that it is set for.
  if (typeof handler === "function") return handler as (...args: unknown[]) => unknown;
  throw new TypeError(`Expected ${what} to be either a function or 'undefined'. Got: '${typeName(handler)}'`);
}
