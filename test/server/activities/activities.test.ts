import { ACTIVITY_ATTRIBUTES } from "../scenarios/activity-attributes.ts";
import { ACTIVITY_BASICS } from "../scenarios/activity-basics.ts";
import { ACTIVITY_BY_ID } from "../scenarios/activity-by-id.ts";
import { ACTIVITY_CANCELS } from "../scenarios/activity-cancels.ts";
import { ACTIVITY_EAGER } from "../scenarios/activity-eager.ts";
import { ACTIVITY_MIXED } from "../scenarios/activity-mixed.ts";
import { ACTIVITY_RETRIES } from "../scenarios/activity-retries.ts";
import { ACTIVITY_TIMEOUTS } from "../scenarios/activity-timeouts.ts";
import { compareScenarios } from "../scenarios/compare.ts";

compareScenarios("activities", [
  ...ACTIVITY_BASICS,
  ...ACTIVITY_BY_ID,
  ...ACTIVITY_RETRIES,
  ...ACTIVITY_TIMEOUTS,
  ...ACTIVITY_CANCELS,
  ...ACTIVITY_ATTRIBUTES,
  ...ACTIVITY_EAGER,
  ...ACTIVITY_MIXED,
]);
