import { compareScenarios } from "../scenarios/compare.ts";
import { OPTION_CHECKS } from "../scenarios/option-checks.ts";

compareScenarios("options", OPTION_CHECKS);
