import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import { NamespaceState } from "../../gen/codec/temporal/api/enums/v1/namespace.ts";
import { invalidArgument } from "../rpc/failures.ts";
import type { SlotNames } from "../visibility/query-columns.ts";
import { CLUSTER_NAME } from "./namespace.ts";

const MIN_RETENTION_SECONDS = 3_600;
const MAX_RETENTION_SECONDS = 100 * 365 * 86_400;

/**
 * The retention as it is kept: at most 100 years.
 *
 * @throws {ServiceFailure} INVALID_ARGUMENT when it is less than an hour
 */
export function checkRetention(retention: Init<Duration> | undefined): Init<Duration> {
  const seconds = Number(retention?.seconds ?? 0);
  const nanos = retention?.nanos ?? 0;
  if (seconds < MIN_RETENTION_SECONDS || nanos < 0) {
    throw invalidArgument("A valid retention period is not set on request.");
  }
  return seconds >= MAX_RETENTION_SECONDS ? { seconds: MAX_RETENTION_SECONDS } : { seconds, nanos };
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when a cluster is not the one there is */
export function checkClusters(names: readonly string[]): void {
  for (const name of names) {
    if (name !== "" && name !== CLUSTER_NAME) throw invalidArgument(`Invalid cluster name: ${name}`);
  }
}

/**
 * A namespace can be deprecated and deleted, never made good again.
 *
 * @throws {ServiceFailure} INVALID_ARGUMENT
 */
export function checkStateChange(from: number, to: number): void {
  const allowed =
    (from === NamespaceState.REGISTERED && to === NamespaceState.DEPRECATED) ||
    (from !== NamespaceState.DELETED && to === NamespaceState.DELETED);
  if (!allowed) throw invalidArgument("Invalid namespace state update.");
}

/**
 * Names for slots on top of those there are; an empty name frees its slot.
 *
 * @throws {ServiceFailure} INVALID_ARGUMENT when a slot has another name
 */
export function mergeSlotNames(current: SlotNames, changes: SlotNames): SlotNames {
  const merged: Record<string, string> = { ...current };
  const taken = new Set(Object.values(current));
  for (const [slot, name] of Object.entries(changes)) {
    if (name === "") delete merged[slot];
    else if (taken.has(name)) continue;
    else if (current[slot] !== undefined) {
      throw invalidArgument("Custom search attribute field name already allocated.");
    } else merged[slot] = name;
  }
  return merged;
}
