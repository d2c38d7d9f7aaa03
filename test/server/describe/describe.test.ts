import { compareScenarios } from "../scenarios/compare.ts";
import { DESCRIBE_QUEUE } from "../scenarios/describe-queue.ts";
import { DESCRIBE_WORKFLOW } from "../scenarios/describe-workflow.ts";

compareScenarios("describe", [...DESCRIBE_WORKFLOW, ...DESCRIBE_QUEUE]);
