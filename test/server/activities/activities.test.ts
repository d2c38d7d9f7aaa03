import { ACTIVITY_BASICS } from "../scenarios/activity-basics.ts";
import { compareScenarios } from "../scenarios/compare.ts";

compareScenarios("activities", [...ACTIVITY_BASICS]);
