import { compareScenarios } from "../scenarios/compare.ts";
import { DELETES } from "../scenarios/deletes.ts";
import { HISTORIES } from "../scenarios/histories.ts";
import { RESETS } from "../scenarios/resets.ts";

compareScenarios("reset", [...RESETS, ...DELETES, ...HISTORIES]);
