import { compareScenarios } from "../scenarios/compare.ts";
import { QUERIES_BUFFERED } from "../scenarios/queries-buffered.ts";
import { QUERIES_DIRECT } from "../scenarios/queries-direct.ts";

compareScenarios("queries", [...QUERIES_DIRECT, ...QUERIES_BUFFERED]);
