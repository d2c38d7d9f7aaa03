/** Every scenario, in the order in which they are recorded. */
import { activityScenarios } from "./activities.mjs";
import { asyncLocalScenarios } from "./async-locals.mjs";
import { cancellationScenarios } from "./cancellation.mjs";
import { childScenarios } from "./children.mjs";
import { configuredScenarios } from "./configured.mjs";
import { dynamicScenarios } from "./dynamic.mjs";
import { eventGroupScenarios } from "./event-groups.mjs";
import { externalScenarios } from "./external.mjs";
import { failureTypeScenarios } from "./failure-types.mjs";
import { localActivityScenarios } from "./local-activities.mjs";
import { earlyAnswerScenarios, localOpenScenarios } from "./local-open.mjs";
import { localRaceScenarios } from "./local-races.mjs";
import { metadataScenarios } from "./metadata.mjs";
import { nexusScenarios } from "./nexus.mjs";
import { patchScenarios } from "./patches.mjs";
import { runScenarios } from "./runs.mjs";
import { signalScenarios } from "./signals.mjs";
import { taskScenarios } from "./tasks.mjs";
import { timerScenarios } from "./timers.mjs";
import { typeInfoScenarios } from "./type-info.mjs";
import { updateScenarios } from "./updates.mjs";
import { upsertScenarios } from "./upserts.mjs";
import { valueScenarios } from "./values.mjs";
import { versioningScenarios } from "./versioning.mjs";

export const scenarios = [
  ...valueScenarios,
  ...activityScenarios,
  ...timerScenarios,
  ...signalScenarios,
  ...cancellationScenarios,
  ...runScenarios,
  ...taskScenarios,
  ...updateScenarios,
  ...childScenarios,
  ...externalScenarios,
  ...eventGroupScenarios,
  ...nexusScenarios,
  ...localActivityScenarios,
  ...patchScenarios,
  ...upsertScenarios,
  ...dynamicScenarios,
  ...failureTypeScenarios,
  ...localRaceScenarios,
  ...localOpenScenarios,
  ...earlyAnswerScenarios,
  ...metadataScenarios,
  ...versioningScenarios,
  ...asyncLocalScenarios,
  ...configuredScenarios,
  ...typeInfoScenarios,
];
