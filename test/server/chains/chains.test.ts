import { CHAIN_CONTINUES } from "../scenarios/chain-continues.ts";
import { CHAIN_CRONS } from "../scenarios/chain-crons.ts";
import { CHAIN_RETRIES } from "../scenarios/chain-retries.ts";
import { compareScenarios } from "../scenarios/compare.ts";
import { START_CHECKS } from "../scenarios/start-checks.ts";
import { START_POLICIES } from "../scenarios/start-policies.ts";

compareScenarios("chains", [
  ...CHAIN_RETRIES,
  ...CHAIN_CRONS,
  ...CHAIN_CONTINUES,
  ...START_CHECKS,
  ...START_POLICIES,
]);
