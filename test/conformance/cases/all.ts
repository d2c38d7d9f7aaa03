import { authoringCases } from "./authoring.ts";
import { badInputCases } from "./bad-input.ts";
import type { Case } from "./case.ts";
import { classCases } from "./classes.ts";
import { clientCases } from "./client.ts";
import { codecCases } from "./codecs.ts";
import { commandLineCases } from "./command-line.ts";
import { eagerCases } from "./eager.ts";
import { gatewayCases } from "./gateway.ts";
import { hostileCases } from "./hostile.ts";
import { libraryCases } from "./libraries.ts";
import { lifecycleCases } from "./lifecycle.ts";
import { localActivityCases } from "./local-activities.ts";
import { memoryCases } from "./memory.ts";
import { observingCases } from "./observing.ts";
import { patchCases } from "./patches.ts";
import { robustnessCases } from "./robustness.ts";
import { stackCases } from "./stacks.ts";
import { testingEnvironmentCases } from "./testing-environments.ts";
import { testingFaultCases } from "./testing-faults.ts";
import { testingTimeCases } from "./testing-time.ts";
import { transportCases } from "./transport.ts";

export const cases: readonly Case[] = [
  ...classCases,
  ...clientCases,
  ...authoringCases,
  ...badInputCases,
  ...codecCases,
  ...libraryCases,
  ...lifecycleCases,
  ...eagerCases,
  ...hostileCases,
  ...robustnessCases,
  ...localActivityCases,
  ...memoryCases,
  ...observingCases,
  ...patchCases,
  ...stackCases,
  ...testingEnvironmentCases,
  ...testingFaultCases,
  ...testingTimeCases,
  ...transportCases,
  ...gatewayCases,
  ...commandLineCases,
];
