import { compareScenarios } from "../scenarios/compare.ts";
import { TASK_ATTEMPTS } from "../scenarios/task-attempts.ts";
import { TASK_HEARTBEATS } from "../scenarios/task-heartbeats.ts";
import { TIMERS } from "../scenarios/timers.ts";

compareScenarios("tasks", [...TASK_HEARTBEATS, ...TASK_ATTEMPTS, ...TIMERS]);
