import { ValueError } from "../../common/errors.ts";
import { showValue, typeName } from "../../common/type-guards.ts";
import { versioningBehaviorNames } from "../../common/versioning.ts";
import { typeInfoOf } from "../../common/workflow-name.ts";
import { type ClassDefinition, definitionOf, handlerName, takesArguments } from "../definition.ts";
import type { WorkflowDefinitionOptions, WorkflowDefinitionOptionsOrGetter } from "../workflow-options.ts";
import type { DefinitionRules, Run } from "./run.ts";

type Exports = { readonly [exportName: string]: unknown };
type AnyFunction = (...args: unknown[]) => unknown;

/** The workflow types that a module exports: functions by their export name, decorated classes by their own. */
export function workflowTypesOf(exports: Exports): string[] {
  return [...tableOf(exports).keys()];
}

/** The name under which the workflow for all other types is kept. */
const DYNAMIC = "default";

function tableOf(exports: Exports): Map<string, AnyFunction> {
  const table = new Map<string, AnyFunction>();
  for (const [exportName, value] of Object.entries(exports)) {
    if (typeof value !== "function") continue;
    const definition = definitionOf(value);
    if (definition === undefined && isClass(value)) continue;
    const type = definition === undefined ? exportName : (definition.name ?? DYNAMIC);
    const known = table.get(type);
    if (known !== undefined && known !== value) {
      throw new ValueError(`Two workflows of type '${type}' are exported; the other one is '${exportName}'`);
    }
    // Called with `new` if it is a class.
    table.set(type, value as AnyFunction);
  }
  return table;
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** Finds the workflow of a run among the exports and sets up its definition. Throws a TypeError when there is none. */
export function resolveDefinition(run: Run, exports: Exports): void {
  const { workflowType } = run.info;
  const table = tableOf(exports);
  const workflow = table.get(workflowType) ?? table.get(DYNAMIC);
  if (workflow === undefined) throw new TypeError(missing(workflowType, exports, [...table.keys()]));
  const { definition } = run;
  definition.typeInfo = typeInfoOf(workflow);
  const classDefinition = definitionOf(workflow);
  if (classDefinition === undefined) {
    // Names that begin so tell the stack cut-off of failures where the user's frames end.
    definition.start = function perdureEntryFunction(args) {
      return workflow(...args);
    };
    definition.options = optionsOf(workflow);
  } else {
    const { options } = classDefinition;
    definition.construct = function perdureEntryConstruct(args) {
      construct(run, workflow, classDefinition, args);
    };
    definition.options = () => rulesOf(options);
  }
}

function missing(type: string, exports: Exports, known: readonly string[]): string {
  const value = Object.hasOwn(exports, type) ? exports[type] : undefined;
  let why = "no such function is exported by the workflow bundle";
  if (typeof value === "function") why = `the class '${value.name}' has no @workflow.defn decorator`;
  else if (value !== undefined) why = `expected a function, but got: '${typeName(value)}'`;
  return `Failed to initialize workflow of type '${type}': ${why}. Exported are: ${known.join(", ") || "none"}`;
}

function construct(run: Run, type: AnyFunction, definition: ClassDefinition, args: unknown[]): void {
  const instance: unknown = Reflect.construct(type, takesArguments(type) ? args : []);
  const { handlers } = run;
  const methodOf = (key: string | symbol): AnyFunction => {
    const method: unknown = Reflect.get(Object(instance), key);
    // `defn` found a function there, and the decorator checks that it still is the one.
    return function perdureEntryMethod(...values) {
      return Reflect.apply(method as AnyFunction, instance, values);
    };
  };
  const validatorOf = (key: string | symbol): AnyFunction | undefined => {
    const found = definition.methods.find(({ role }) => role.kind === "validator" && role.of === key);
    return found && methodOf(found.key);
  };
  for (const { key, role } of definition.methods) {
    if (role.kind === "run" || role.kind === "validator") continue;
    const name = handlerName(key, role.name);
    const handler = methodOf(key);
    const { description } = role;
    if (role.kind === "update") {
      const { unfinishedPolicy } = role;
      const entry = { handler, validator: validatorOf(key), description, unfinishedPolicy };
      if (name === undefined) handlers.defaultUpdate = entry;
      else handlers.updates.set(name, entry);
      continue;
    }
    if (role.kind === "query") {
      if (name === undefined) handlers.defaultQuery = handler;
      else handlers.queries.set(name, { handler, description });
    } else if (name === undefined) {
      handlers.defaultSignal = handler;
    } else {
      handlers.signals.set(name, { handler, description, unfinishedPolicy: role.unfinishedPolicy });
    }
  }
  const main = methodOf(definition.run);
  run.definition.start = (values) => main(...values);
}

function optionsOf(workflow: AnyFunction): (() => DefinitionRules) | undefined {
  if (!Object.hasOwn(workflow, "workflowDefinitionOptions")) return undefined;
  // Written by `setWorkflowOptions`.
  const given = Reflect.get(workflow, "workflowDefinitionOptions") as
    | WorkflowDefinitionOptionsOrGetter
    | undefined;
  if (given === undefined) return undefined;
  return () => rulesOf(typeof given === "function" ? given() : given);
}

function rulesOf(options: WorkflowDefinitionOptions): DefinitionRules {
  if (typeof options !== "object" || options === null) {
    throw new ValueError(`Workflow definition options are ${showValue(options)}; they must be an object`);
  }
  return {
    versioningBehavior: versioningBehaviorNames.encode(options.versioningBehavior, "versioningBehavior"),
    failureExceptionTypes: options.failureExceptionTypes ?? [],
  };
}
