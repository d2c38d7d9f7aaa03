import { compareScenarios } from "../scenarios/compare.ts";
import { UPDATES_INTERPLAY } from "../scenarios/updates-interplay.ts";

compareScenarios("updates-interplay", UPDATES_INTERPLAY);
