import { compareScenarios } from "../scenarios/compare.ts";
import { UPDATES_RESET } from "../scenarios/updates-reset.ts";

compareScenarios("updates-reset", UPDATES_RESET);
