import type { Init } from "../codec-runtime/init.ts";
import type { Priority as ProtoPriority } from "../gen/codec/temporal/api/common/v1/message.ts";
import { ValueError } from "./errors.ts";
import { showValue } from "./type-guards.ts";

/** In which order tasks of a task queue are given to workers. Children and activities inherit each field that they leave out. */
export interface Priority {
  /** Lower comes first. An integer from 1 to the server's maximum (5 by default); default 3. 0 means unset. */
  priorityKey?: number | undefined;
  /** Tasks of different keys share the queue by weight. At most 64 bytes. */
  fairnessKey?: string | undefined;
  /** Weight of the fairness key; the server keeps it within 0.001 and 1000. Default 1. */
  fairnessWeight?: number | undefined;
}

/**
 * Checks a priority and turns it into its protobuf form.
 *
 * @throws {ValueError} naming the field, its value and what is allowed
 * @example
 * ```ts
 * compilePriority({ priorityKey: 1 });
 * ```
 */
export function compilePriority(priority: Priority, name = "priority"): Init<ProtoPriority> {
  if (typeof priority !== "object" || priority === null)
    throw new ValueError(`${name} is ${showValue(priority)}; it must be an object`);
  const { priorityKey, fairnessKey, fairnessWeight } = priority;
  if (priorityKey !== undefined && !(Number.isInteger(priorityKey) && priorityKey >= 0)) {
    throw new ValueError(`${name}.priorityKey is ${showValue(priorityKey)}; it must be a positive integer`);
  }
  if (fairnessKey !== undefined && !(typeof fairnessKey === "string" && fairnessKey.length <= 64)) {
    throw new ValueError(
      `${name}.fairnessKey is ${showValue(fairnessKey)}; it must be text of at most 64 bytes`,
    );
  }
  if (fairnessWeight !== undefined && !(Number.isFinite(fairnessWeight) && fairnessWeight >= 0)) {
    throw new ValueError(
      `${name}.fairnessWeight is ${showValue(fairnessWeight)}; it must be a number from 0.001 to 1000`,
    );
  }
  return {
    priorityKey: priorityKey ?? 0,
    fairnessKey: fairnessKey ?? "",
    fairnessWeight: fairnessWeight ?? 0,
  };
}

/**
 * Turns the protobuf form into a priority.
 *
 * @example
 * ```ts
 * decodePriority(info.priority).priorityKey;
 * ```
 */
export function decodePriority(priority?: Init<ProtoPriority> | null): Priority {
  return {
    priorityKey: priority?.priorityKey,
    fairnessKey: priority?.fairnessKey,
    fairnessWeight: priority?.fairnessWeight,
  };
}
