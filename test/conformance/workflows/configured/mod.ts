/** Workflows whose workers have interceptors or errors that fail workflows; in a bundle of their own. */
export * from "./intercepted.ts";
export * from "./worker-failure-types.ts";
