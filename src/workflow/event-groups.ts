import type { EventGroupMarker } from "../common/event-group.ts";
import { requireRun } from "./runtime/current.ts";
import { EventGroup } from "./runtime/event-groups.ts";
import { sha1Hex } from "./runtime/sha1.ts";

/**
 * Makes a group of events, which the web UI and the CLI show together: give it to calls as `eventGroups`, or call them within its
 * `withScope`. Experimental, as in the official SDK.
 *
 * @param label what people read; it passes the payload codecs, but not the worker's converter
 * @param options `id`: groups with the same id are one; it is sent in the open. Default: a hash of the first run id and the label
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * const refund = createEventGroup("refund");
 * await refund.withScope(async () => {
 *   await cancelOrder(order);
 *   await payBack(order);
 * });
 * ```
 */
export function createEventGroup(
  label: string,
  options?: { readonly id?: string | undefined },
): EventGroupMarker {
  const { info } = requireRun("createEventGroup(...) may only be used from a Workflow Execution");
  return new EventGroup(options?.id ?? sha1Hex(`${info.originalExecutionRunId}${label}`), label);
}
