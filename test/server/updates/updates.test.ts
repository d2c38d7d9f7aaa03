import { compareScenarios } from "../scenarios/compare.ts";
import { UPDATES_BASIC } from "../scenarios/updates-basic.ts";

compareScenarios("updates", UPDATES_BASIC);
