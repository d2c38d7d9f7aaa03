import { compareScenarios } from "../scenarios/compare.ts";
import { UPDATES_ENDINGS } from "../scenarios/updates-endings.ts";

compareScenarios("updates-endings", UPDATES_ENDINGS);
