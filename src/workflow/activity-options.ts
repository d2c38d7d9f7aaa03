import type {
  ActivityOptions as CommonActivityOptions,
  LocalActivityOptions as CommonLocalActivityOptions,
} from "../common/activity-options.ts";
import type { EventGroupMarker } from "../common/event-group.ts";
import type { ActivityTypeInfoMap } from "../common/type-info.ts";
import type { AnyActivities } from "./activities.ts";

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

/** Options of `proxyActivities`: those of the calls, and how the calls are converted. */
export interface ActivityProxyOptions<A = AnyActivities> extends ActivityOptions {
  /** By activity: how arguments and result are converted in the workflow. The worker goes by what `setActivityOptions` says. */
  activityTypeInfo?: ActivityTypeInfoMap<A> | undefined;
}

/** Options of `proxyLocalActivities`: those of the calls, and how the calls are converted. */
export interface LocalActivityProxyOptions<A = AnyActivities> extends LocalActivityOptions {
  /** By activity: how arguments and result are converted in the workflow. The worker goes by what `setActivityOptions` says. */
  activityTypeInfo?: ActivityTypeInfoMap<A> | undefined;
}
