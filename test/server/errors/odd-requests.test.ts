import { compareScenarios } from "../scenarios/compare.ts";
import { ODD_REQUESTS } from "../scenarios/odd-requests.ts";

compareScenarios("odd-requests", ODD_REQUESTS);
