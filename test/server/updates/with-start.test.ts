import { compareScenarios } from "../scenarios/compare.ts";
import { SIGNAL_WITH_START } from "../scenarios/signal-with-start.ts";
import { UPDATE_WITH_START } from "../scenarios/update-with-start.ts";

compareScenarios("with-start", [...UPDATE_WITH_START, ...SIGNAL_WITH_START]);
