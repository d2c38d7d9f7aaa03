import { CHILD_BASICS } from "../scenarios/child-basics.ts";
import { CHILD_FAILURES } from "../scenarios/child-failures.ts";
import { compareScenarios } from "../scenarios/compare.ts";
import { EXTERNALS } from "../scenarios/externals.ts";
import { UNDECIDED_TARGETS } from "../scenarios/undecided-targets.ts";

compareScenarios("children", [...CHILD_BASICS, ...CHILD_FAILURES, ...EXTERNALS, ...UNDECIDED_TARGETS]);
