import { compareScenarios } from "../scenarios/compare.ts";
import { PAGE_TOKENS } from "../scenarios/page-tokens.ts";

compareScenarios("page-tokens", PAGE_TOKENS);
