import type { JsonClientMethod } from "../../codec-runtime/json-method.ts";
import type { HttpRule, MethodRoute } from "../../codec-runtime/method.ts";
import { OperatorServiceJsonClient } from "../../gen/codec/temporal/api/operatorservice/v1/service.json-client.ts";
import { OperatorServiceRoutes } from "../../gen/codec/temporal/api/operatorservice/v1/service.routes.ts";
import { WorkflowServiceJsonClient } from "../../gen/codec/temporal/api/workflowservice/v1/service.json-client.ts";
import { WorkflowServiceRoutes } from "../../gen/codec/temporal/api/workflowservice/v1/service.routes.ts";

/** A method in JSON, and how Temporal's HTTP API reaches it. */
export interface JsonRpc {
  readonly method: JsonClientMethod;
  /** Undefined for a method that the HTTP API does not have. */
  readonly rule: HttpRule | undefined;
}

const byPath = new Map<string, JsonRpc>();
add(WorkflowServiceJsonClient, WorkflowServiceRoutes);
add(OperatorServiceJsonClient, OperatorServiceRoutes);

/** A method of the workflow or operator service, by its path. */
export function jsonRpc(path: string): JsonRpc | undefined {
  return byPath.get(path);
}

function add(
  methods: Readonly<Record<string, JsonClientMethod>>,
  routes: Readonly<Record<string, MethodRoute>>,
): void {
  for (const [name, method] of Object.entries(methods)) {
    const rules = routes[name]?.http ?? [];
    // Every route exists twice; the one with the version in it is the documented one.
    const rule = rules.find(({ path }) => path.startsWith("/api/v1/")) ?? rules[0];
    byPath.set(method.path, { method, rule });
  }
}
