import { compareScenarios } from "../scenarios/compare.ts";
import { LIMITS } from "../scenarios/limits.ts";

compareScenarios("limits", LIMITS);
