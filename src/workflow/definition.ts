import type { HandlerUnfinishedPolicy } from "../common/definitions.ts";
import { ValueError } from "../common/errors.ts";
import { throwIfReservedName } from "../common/reserved-names.ts";
import { showValue } from "../common/type-guards.ts";
import { extractWorkflowType, registerWorkflowName } from "../common/workflow-name.ts";
import type { Workflow, WorkflowClass } from "../common/workflow-type.ts";
import type { WorkflowDefinitionOptions } from "./workflow-options.ts";

/** Options of the decorator `defn`. */
export interface DefnOptions extends WorkflowDefinitionOptions {
  /** Workflow type. Default: the name of the class. */
  name?: string | undefined;
  /** Runs the types that have no workflow of their own. It has no name. Default `false`. */
  dynamic?: boolean | undefined;
}

/** What a method of a workflow class is. */
export type MethodRole =
  | { readonly kind: "run" }
  | {
      readonly kind: "signal";
      /** Undefined takes the name of the method; null handles all signals that have no handler. */
      readonly name: string | null | undefined;
      readonly description?: string | undefined;
      readonly unfinishedPolicy: HandlerUnfinishedPolicy;
    }
  | {
      readonly kind: "update";
      readonly name: string | null | undefined;
      readonly description?: string | undefined;
      readonly unfinishedPolicy: HandlerUnfinishedPolicy;
    }
  /** Validates the update that the method under the key `of` handles. */
  | { readonly kind: "validator"; readonly of: string | symbol }
  | {
      readonly kind: "query";
      readonly name: string | null | undefined;
      readonly description?: string | undefined;
    };

/** A method with its role and the key under which instances have it. */
export interface RoleOfMethod {
  readonly key: string | symbol;
  readonly role: MethodRole;
}

/** A class that `defn` has decorated. */
export interface ClassDefinition {
  /** Undefined for a dynamic workflow. */
  readonly name: string | undefined;
  readonly options: DefnOptions;
  readonly run: string | symbol;
  readonly methods: readonly RoleOfMethod[];
}

// WeakMaps rather than properties: a user's class gains nothing that it could show or inherit by mistake.
const roles = new WeakMap<object, MethodRole>();
const definitions = new WeakMap<object, ClassDefinition>();
const initClasses = new WeakSet<object>();

/** Notes the role of a method. */
export function registerMethod(method: object, role: MethodRole): void {
  roles.set(method, role);
}

/** The role that a method was given. */
export function roleOf(method: unknown): MethodRole | undefined {
  return typeof method === "function" ? roles.get(method) : undefined;
}

/** Notes that the constructor of a class takes the arguments of the workflow. */
export function registerInit(type: object): void {
  initClasses.add(type);
}

/** Whether the constructor of a class takes the arguments of the workflow. */
export function takesArguments(type: object): boolean {
  return initClasses.has(type);
}

/** What `defn` made of a class; undefined for any other value. */
export function definitionOf(type: unknown): ClassDefinition | undefined {
  return typeof type === "function" ? definitions.get(type) : undefined;
}

/** Makes a class a workflow. Throws a ValueError when it has no run method, two of them, or two handlers of one name. */
export function registerClass(type: WorkflowClass, options: DefnOptions): void {
  const { dynamic = false, name } = options;
  if (dynamic && name !== undefined) {
    throw new ValueError(
      `@workflow.defn of class ${type.name}: a dynamic workflow has no name; got ${showValue(name)}`,
    );
  }
  if (name === "" || (!dynamic && (name ?? type.name) === "")) {
    throw new ValueError("@workflow.defn: a workflow needs a name: name the class or set the option `name`");
  }
  const methods = methodsOf(type);
  const runs = methods.filter(({ role }) => role.kind === "run");
  const [run] = runs;
  if (run === undefined || runs.length > 1) {
    throw new ValueError(
      `@workflow.defn of class ${type.name}: ${run === undefined ? "no method" : "more than one method"} has @workflow.run; ` +
        "exactly one must (put workflow decorators above others of the same method)",
    );
  }
  checkHandlers(type, methods);
  const typeName = dynamic ? undefined : (name ?? type.name);
  definitions.set(type, { name: typeName, options, run: run.key, methods });
  if (typeName === undefined) return;
  registerWorkflowName(type, typeName);
  // A method with the role `run` is the workflow's main function.
  registerWorkflowName(Reflect.get(type.prototype as object, run.key) as Workflow, typeName);
}

/** The decorated methods of a class and of those that it extends; one that is overridden counts as its override does. */
function methodsOf(type: WorkflowClass): RoleOfMethod[] {
  const found = new Map<string | symbol, MethodRole | undefined>();
  let prototype: unknown = type.prototype;
  while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    for (const key of Reflect.ownKeys(prototype)) {
      if (found.has(key)) continue;
      found.set(key, roleOf(Object.getOwnPropertyDescriptor(prototype, key)?.value));
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...found].flatMap(([key, role]) => (role === undefined ? [] : [{ key, role }]));
}

function checkHandlers(type: WorkflowClass, methods: readonly RoleOfMethod[]): void {
  const seen = new Set<string>();
  for (const { key, role } of methods) {
    if (role.kind === "run") continue;
    if (role.kind === "validator") {
      checkValidator(type, methods, role.of);
      continue;
    }
    const name = handlerName(key, role.name);
    if (name !== undefined) throwIfReservedName(role.kind, name);
    const label = `${role.kind} ${name === undefined ? "handler that is dynamic" : `'${name}'`}`;
    if (seen.has(label)) {
      throw new ValueError(`@workflow.defn of class ${type.name}: there is more than one ${label}`);
    }
    seen.add(label);
  }
}

function checkValidator(type: WorkflowClass, methods: readonly RoleOfMethod[], of: string | symbol): void {
  const validators = methods.filter(({ role }) => role.kind === "validator" && role.of === of);
  const updated = methods.find(({ key }) => key === of);
  if (updated?.role.kind === "update" && validators.length === 1) return;
  const why =
    validators.length > 1
      ? "there is more than one"
      : "no method of that name is decorated with @workflow.update";
  throw new ValueError(`@workflow.defn of class ${type.name}: validator of '${String(of)}': ${why}`);
}

/** The name that a handler goes by; undefined for the one of all other names. */
export function handlerName(key: string | symbol, name: string | null | undefined): string | undefined {
  if (name === null) return undefined;
  return name ?? (typeof key === "symbol" ? key.description : key);
}

/**
 * The workflow type that a function, a decorated class or its run method stands for.
 *
 * @throws {ValueError} when it has no name
 * @example
 * ```ts
 * workflowNameOf(OrderWorkflow); // "OrderWorkflow"
 * ```
 */
export function workflowNameOf(workflow: Workflow | WorkflowClass): string {
  return extractWorkflowType(workflow);
}
