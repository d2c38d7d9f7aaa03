/** Workflows of the cases: what has no recorded history because it is about errors, options or the life of a worker. */
export * from "./authoring.ts";
export { basket, brokenOff } from "./basket.ts";
export * from "./classes.ts";
export * from "./disturbed.ts";
export * from "./faulty.ts";
export * from "./hostile.ts";
export * from "./locals.ts";
export * from "./observing.ts";
export * from "./own-stacks.ts";
export * from "./plain.ts";
export * from "./skipping.ts";
export * from "./waits.ts";
