import type {
  ActivityOptions as CommonActivityOptions,
  LocalActivityOptions as CommonLocalActivityOptions,
} from "../common/activity-options.ts";
import type { EventGroupMarker } from "../common/event-group.ts";

/** How an activity is run. One of `startToCloseTimeout` and `scheduleToCloseTimeout` is required. */
export interface ActivityOptions extends CommonActivityOptions {
  /** Groups of events that its events belong to. Experimental, as in the official SDK. */
  eventGroups?: EventGroupMarker[] | undefined;
}

/** How a local activity is run. One of `startToCloseTimeout` and `scheduleToCloseTimeout` is required. */
export interface LocalActivityOptions extends CommonLocalActivityOptions {
  /** Groups of events that its events belong to. Experimental, as in the official SDK. */
  eventGroups?: EventGroupMarker[] | undefined;
}
