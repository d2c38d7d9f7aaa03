import { HandlerUnfinishedPolicy } from "../common/definitions.ts";
import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type { WorkflowClass } from "../common/workflow-type.ts";
import {
  type DefnOptions,
  type MethodRole,
  registerClass,
  registerInit,
  registerMethod,
  roleOf,
} from "./definition.ts";

// Decorators come in two kinds: the standard ones get the method (or class) and a context, TypeScript's older
// `experimentalDecorators` the prototype, the key and the property descriptor. Both work.

/** The part of a standard decorator's context that is read here. */
interface MethodContext {
  readonly kind: "method";
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
  addInitializer?(initializer: (this: unknown) => void): void;
}

interface ClassContext {
  readonly kind: "class";
}

type Method<This, Args extends unknown[], Result> = (this: This, ...args: Args) => Result;

/** Decorates a method whose result is `Result`, under either kind of decorators. */
export interface MethodDecorator<Result> {
  <M extends (...args: never[]) => Result>(method: M, context: MethodContext): void;
  <M extends (...args: never[]) => Result>(
    prototype: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void;
}

/** Decorates a class, under either kind of decorators. */
export type ClassDecorator = (type: WorkflowClass, context?: ClassContext) => void;

/** Options of the decorator {@link signal}. */
export interface SignalOptions {
  /** Name of the signal. Default: that of the method. */
  name?: string | undefined;
  /** Takes all signals that have no handler; its first argument is their name. Default `false`. */
  dynamic?: boolean | undefined;
  /** Shown by the web UI. */
  description?: string | undefined;
  /** What is done when the handler still runs as the workflow ends. Default `WARN_AND_ABANDON`. */
  unfinishedPolicy?: HandlerUnfinishedPolicy | undefined;
}

/** Options of the decorator {@link query}. */
export interface QueryOptions {
  /** Name of the query. Default: that of the method. */
  name?: string | undefined;
  /** Answers all queries that have no handler; its first argument is their name. Default `false`. */
  dynamic?: boolean | undefined;
  /** Shown by the web UI. */
  description?: string | undefined;
}

/**
 * Makes a class a workflow; its type is the name of the class unless `name` says otherwise. Each run has an instance of
 * its own. The class has exactly one method with {@link run}.
 *
 * @throws {ValueError} when the class has no run method, or two handlers of one name
 * @example
 * ```ts
 * import * as workflow from "perdure/workflow";
 *
 * @workflow.defn({ name: "greet" })
 * export class Greeting {
 *   @workflow.run
 *   async run(name: string): Promise<string> {
 *     return `Hello, ${name}`;
 *   }
 * }
 * ```
 */
export function defn(options?: DefnOptions): ClassDecorator;
export function defn(type: WorkflowClass, context?: ClassContext): void;
export function defn(
  first?: DefnOptions | WorkflowClass,
  context?: ClassContext,
): ClassDecorator | undefined {
  if (typeof first === "function") {
    decorateClass("defn", first, context);
    registerClass(first, {});
    return undefined;
  }
  return (type, inner) => {
    decorateClass("defn", type, inner);
    registerClass(type, first ?? {});
  };
}

/**
 * Says that the constructor takes the arguments of the workflow. Without it, it is called with none. Put it on the class.
 *
 * @example
 * ```ts
 * @workflow.defn()
 * @workflow.init
 * export class Counter {
 *   #count: number;
 *   constructor(start: number) {
 *     this.#count = start;
 *   }
 *   @workflow.run
 *   async run(start: number): Promise<number> {
 *     return this.#count;
 *   }
 * }
 * ```
 */
export function init(type: WorkflowClass, context?: ClassContext): void {
  decorateClass("init", type, context);
  registerInit(type);
}

/**
 * Makes an asynchronous method the main function of its workflow class.
 *
 * @example
 * ```ts
 * @workflow.run
 * async run(order: Order): Promise<Receipt> {}
 * ```
 */
export const run: MethodDecorator<Promise<unknown>> = methodDecorator<Promise<unknown>>({ kind: "run" });

/**
 * Makes a method the handler of a signal. It is there before the first signal arrives.
 *
 * @example
 * ```ts
 * @workflow.signal
 * approve(by: string): void {}
 *
 * @workflow.signal({ name: "give-up", unfinishedPolicy: "ABANDON" })
 * async giveUp(): Promise<void> {}
 * ```
 */
export const signal: MethodDecorator<void | Promise<void>> &
  ((options?: SignalOptions) => MethodDecorator<void | Promise<void>>) = flexible(
  (options: SignalOptions = {}) =>
    methodDecorator<void | Promise<void>>({
      kind: "signal",
      name: nameOption("signal", options),
      description: options.description,
      unfinishedPolicy: options.unfinishedPolicy ?? HandlerUnfinishedPolicy.WARN_AND_ABANDON,
    }),
);

/** Options of the decorator {@link update}. */
export interface UpdateOptions {
  /** Name of the update. Default: that of the method. */
  name?: string | undefined;
  /** Takes all updates that have no handler; its first argument is their name. Default `false`. */
  dynamic?: boolean | undefined;
  /** Shown by the web UI. */
  description?: string | undefined;
  /** What is done when the handler still runs as the workflow ends. Default `WARN_AND_ABANDON`. */
  unfinishedPolicy?: HandlerUnfinishedPolicy | undefined;
}

/** The decorator {@link update}: used bare, or called with options. */
export interface UpdateDecorator extends MethodDecorator<unknown> {
  (options?: UpdateOptions): MethodDecorator<unknown>;
  /**
   * Makes a method the validator of the update that the method `method` handles. It takes the same arguments, must be
   * synchronous, and refuses the update by throwing.
   */
  validator(method: string | symbol): MethodDecorator<void>;
}

/**
 * Makes a method the handler of an update. It is there before the first update arrives.
 *
 * @example
 * ```ts
 * @workflow.update
 * async rename(title: string): Promise<string> {
 *   await this.#save(title);
 *   return title;
 * }
 *
 * @workflow.update.validator("rename")
 * checkTitle(title: string): void {
 *   if (title === "") throw ApplicationFailure.create({ message: "a title is needed" });
 * }
 * ```
 */
export const update: UpdateDecorator = Object.assign(
  flexible((options: UpdateOptions = {}) =>
    methodDecorator<unknown>({
      kind: "update",
      name: nameOption("update", options),
      description: options.description,
      unfinishedPolicy: options.unfinishedPolicy ?? HandlerUnfinishedPolicy.WARN_AND_ABANDON,
    }),
  ),
  { validator: updateValidator },
);

function updateValidator(method: string | symbol): MethodDecorator<void> {
  if ((typeof method !== "string" || method === "") && typeof method !== "symbol") {
    throw new ValueError(
      `@workflow.update.validator: ${showValue(method)} is not the name of the method that handles the update`,
    );
  }
  return methodDecorator<void>({ kind: "validator", of: method });
}

/**
 * Makes a method the handler of a query. It must be synchronous and change nothing.
 *
 * @example
 * ```ts
 * @workflow.query
 * status(): string {
 *   return this.#status;
 * }
 * ```
 */
export const query: MethodDecorator<unknown> & ((options?: QueryOptions) => MethodDecorator<unknown>) =
  flexible((options: QueryOptions = {}) =>
    methodDecorator<unknown>({
      kind: "query",
      name: nameOption("query", options),
      description: options.description,
    }),
  );

function nameOption(
  decorator: string,
  { name, dynamic }: { readonly name?: string | undefined; readonly dynamic?: boolean | undefined },
): string | null | undefined {
  if (dynamic === true && name !== undefined) {
    throw new ValueError(`@workflow.${decorator}: a dynamic handler has no name; got ${showValue(name)}`);
  }
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw new ValueError(`@workflow.${decorator}: name is ${showValue(name)}; it must be a non-empty string`);
  }
  return dynamic === true ? null : name;
}

/** Lets a decorator be used bare, called without options, and called with options. */
function flexible<Options extends object, Result>(
  make: (options?: Options) => MethodDecorator<Result>,
): MethodDecorator<Result> & ((options?: Options) => MethodDecorator<Result>) {
  const decorator = (...args: unknown[]): unknown => {
    // More than one argument is a decorator's call, of either kind; what they are is checked there.
    if (args.length < 2) return make(args[0] as Options | undefined);
    return Reflect.apply(make(), undefined, args);
  };
  return decorator as MethodDecorator<Result> & ((options?: Options) => MethodDecorator<Result>);
}

function methodDecorator<Result>(role: MethodRole): MethodDecorator<Result> {
  const label = role.kind === "validator" ? "@workflow.update.validator" : `@workflow.${role.kind}`;
  return (target: unknown, second: unknown, descriptor?: { readonly value?: unknown }): void => {
    if (isMethodContext(second)) {
      standard(label, role, target as Method<unknown, unknown[], unknown>, second);
      return;
    }
    if (typeof second === "object" && second !== null && "kind" in second) {
      throw new TypeError(`${label} decorates methods only, not a ${String(second.kind)}`);
    }
    const method = descriptor?.value;
    if (typeof target === "function" || typeof method !== "function") {
      throw new TypeError(`${label} decorates methods of instances only: '${String(second)}' is none`);
    }
    registerMethod(method, role);
  };
}

function standard(label: string, role: MethodRole, method: object, context: MethodContext): void {
  const { name } = context;
  if (context.static || context.private) {
    const kind = context.static ? "static" : "private";
    throw new TypeError(`${label} decorates public methods of instances only: '${String(name)}' is ${kind}`);
  }
  registerMethod(method, role);
  context.addInitializer?.(function checkRole(this: unknown): void {
    const current: unknown = Reflect.get(Object(this), name);
    if (roleOf(current) !== undefined) return;
    throw new TypeError(
      `${label} of method '${String(name)}' was lost, because another decorator replaced the method: ` +
        `put ${label} above the others`,
    );
  });
}

function isMethodContext(value: unknown): value is MethodContext {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "method";
}

function decorateClass(decorator: string, type: unknown, context: ClassContext | undefined): void {
  const isClass = typeof type === "function" && (context === undefined || context.kind === "class");
  if (!isClass) throw new TypeError(`@workflow.${decorator} decorates classes only, got ${showValue(type)}`);
}
