/** All conformance workflows: the module a worker is given. */
export * from "./activities.ts";
export * from "./activity-cancellation.ts";
export * from "./activity-timeouts.ts";
export * from "./cancellation.ts";
export * from "./conditions.ts";
export * from "./continue-as-new.ts";
export * from "./determinism.ts";
export * from "./failures.ts";
export * from "./info.ts";
export * from "./order.ts";
export * from "./queries.ts";
export * from "./results.ts";
export * from "./scopes.ts";
export * from "./signals.ts";
export * from "./tasks.ts";
export * from "./timers.ts";
export * from "./updates.ts";
