import { typeName } from "../../common/type-guards.ts";
import type { WorkflowInterceptors } from "../interceptors.ts";
import { adoptConverters } from "./converters.ts";
import { resolveDefinition } from "./definitions.ts";
import type { Run } from "./run.ts";
import type { UserModules } from "./sandbox-entry.ts";

/** Takes over what the user's modules bring for a run: converters, interceptors, the workflow itself. */
export function loadModules(run: Run, modules: UserModules): void {
  adoptConverters(run.converters, modules);
  for (const { interceptors } of modules.interceptorModules) {
    if (interceptors === undefined) continue;
    if (typeof interceptors !== "function") {
      throw new TypeError(
        `Failed to initialize workflows interceptors: expected a function, but got: '${typeName(interceptors)}'`,
      );
    }
    // What the export `interceptors` returns is the user's word.
    const made = interceptors() as WorkflowInterceptors;
    run.interceptors.inbound.push(...(made.inbound ?? []));
    run.interceptors.outbound.push(...(made.outbound ?? []));
    run.interceptors.internals.push(...(made.internals ?? []));
  }
  resolveDefinition(run, modules.workflows);
}
