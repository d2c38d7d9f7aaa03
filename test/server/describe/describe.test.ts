import { compareScenarios } from "../scenarios/compare.ts";
import { DESCRIBE_QUEUE } from "../scenarios/describe-queue.ts";
import { DESCRIBE_STATES } from "../scenarios/describe-states.ts";
import { DESCRIBE_WORKFLOW } from "../scenarios/describe-workflow.ts";

compareScenarios("describe", [...DESCRIBE_WORKFLOW, ...DESCRIBE_STATES, ...DESCRIBE_QUEUE]);
