import { compareScenarios } from "../scenarios/compare.ts";
import { FUZZED } from "../scenarios/fuzzed.ts";

compareScenarios("fuzzed", FUZZED);
