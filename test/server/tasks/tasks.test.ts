import { compareScenarios } from "../scenarios/compare.ts";
import { START_EAGER } from "../scenarios/start-eager.ts";
import { TASK_ATTEMPTS } from "../scenarios/task-attempts.ts";
import { TASK_HEARTBEATS } from "../scenarios/task-heartbeats.ts";
import { TIMERS } from "../scenarios/timers.ts";

compareScenarios("tasks", [...START_EAGER, ...TASK_HEARTBEATS, ...TASK_ATTEMPTS, ...TIMERS]);
