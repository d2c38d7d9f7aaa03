import type { Annotated, EventGroupMarkerData } from "../../core/annotations.ts";
import { AsyncLocalStorage } from "./async-local.ts";
import type { Run } from "./run.ts";

type Markers = NonNullable<Annotated["eventGroupMarkers"]>;

const groups = new AsyncLocalStorage<Markers>();

/**
 * Calls the handler of a signal: the UI shows all that it asks for, now and after each `await`, together with the signal.
 */
export function inSignalGroup<R>(run: Run, originatingEventId: number, handle: () => R): R {
  const marker: EventGroupMarkerData = {
    variant: { case: "inboundEvent", value: { inboundEventId: originatingEventId } },
  };
  return inGroup(run, originatingEventId > 0 ? [marker] : [], handle);
}

/** As {@link inSignalGroup}, for the handler of an update. */
export function inUpdateGroup<R>(run: Run, updateId: string, handle: () => R): R {
  const marker: EventGroupMarkerData = {
    variant: { case: "inboundUpdate", value: { inboundUpdateId: updateId } },
  };
  return inGroup(run, [marker], handle);
}

function inGroup<R>(run: Run, markers: Markers, handle: () => R): R {
  run.hasEventGroups = true;
  return groups.run(markers, handle);
}

/** The markers of a command that is issued now. */
export function currentEventGroups(run: Run): Markers | undefined {
  if (!run.hasEventGroups) return undefined;
  const markers = groups.getStore();
  return markers === undefined || markers.length === 0 ? undefined : markers;
}
