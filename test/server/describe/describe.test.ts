import { compareScenarios } from "../scenarios/compare.ts";
import { DESCRIBE_WORKFLOW } from "../scenarios/describe-workflow.ts";

compareScenarios("describe", [...DESCRIBE_WORKFLOW]);
