import { ValueError } from "../../common/errors.ts";
import type { EventGroupMarker } from "../../common/event-group.ts";
import { showValue } from "../../common/type-guards.ts";
import { defaultPayloadConverter } from "../../converter/sync/default-payload-converter.ts";
import type { Annotated, EventGroupMarkerData } from "../../core/annotations.ts";
import { AsyncLocalStorage } from "./async-local.ts";
import { requireRun } from "./current.ts";
import type { Run } from "./run.ts";

type Markers = NonNullable<Annotated["eventGroupMarkers"]>;

/** The groups that hold where code runs now: that of the handler, and those of scopes, by id. */
interface ActiveGroups {
  readonly handler: EventGroupMarkerData | undefined;
  readonly scopes: { readonly [id: string]: EventGroup };
}

const active = new AsyncLocalStorage<ActiveGroups>();

/** A group that workflow code made. */
export class EventGroup implements EventGroupMarker {
  readonly id: string;
  readonly #label: string;

  constructor(id: string, label: string) {
    this.id = id;
    this.#label = label;
  }

  withScope<T>(fn: () => Promise<T>): Promise<T> {
    const run = requireRun("EventGroupMarker.withScope(...) may only be used from a Workflow Execution");
    const { handler, scopes } = active.getStore() ?? { handler: undefined, scopes: {} };
    return inGroups(run, { handler, scopes: { ...scopes, [this.id]: this } }, fn);
  }

  /** The label is read by UI and CLI, so the user's converter has no say in it. */
  marker(): EventGroupMarkerData {
    const label = defaultPayloadConverter.toPayload(this.#label);
    return { variant: { case: "label", value: { id: this.id, label } } };
  }
}

/**
 * Calls the handler of a signal: the UI shows all that it asks for, now and after each `await`, together with the signal.
 */
export function inSignalGroup<R>(run: Run, originatingEventId: number, handle: () => R): R {
  const marker: EventGroupMarkerData = {
    variant: { case: "inboundEvent", value: { inboundEventId: originatingEventId } },
  };
  return inGroups(run, { handler: originatingEventId > 0 ? marker : undefined, scopes: {} }, handle);
}

/** As {@link inSignalGroup}, for the handler of an update. */
export function inUpdateGroup<R>(run: Run, updateId: string, handle: () => R): R {
  const marker: EventGroupMarkerData = {
    variant: { case: "inboundUpdate", value: { inboundUpdateId: updateId } },
  };
  return inGroups(run, { handler: marker, scopes: {} }, handle);
}

function inGroups<R>(run: Run, groups: ActiveGroups, handle: () => R): R {
  run.hasEventGroups = true;
  return active.run(groups, handle);
}

/**
 * The markers of a command that is issued now; `own` are those that were given with it.
 *
 * @throws {ValueError} when one of `own` was not made by `createEventGroup`
 */
export function currentEventGroups(
  run: Run,
  own: readonly EventGroupMarker[] | undefined,
): Markers | undefined {
  if (!run.hasEventGroups && own === undefined) return undefined;
  const { handler, scopes } = (run.hasEventGroups && active.getStore()) || { handler: undefined, scopes: {} };
  const groups: { [id: string]: EventGroup } = { ...scopes };
  for (const group of own ?? []) {
    if (!(group instanceof EventGroup)) {
      throw new ValueError(`eventGroups has ${showValue(group)}; its elements come from createEventGroup`);
    }
    groups[group.id] = group;
  }
  const markers = Object.values(groups).map((group) => group.marker());
  if (handler !== undefined) markers.unshift(handler);
  return markers.length === 0 ? undefined : markers;
}
