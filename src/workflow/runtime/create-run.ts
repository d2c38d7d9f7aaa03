import { sleep } from "../timers.ts";
import { defaultConverters } from "./converters.ts";
import { FlagLedger } from "./flags.ts";
import { type RunStart, startInfo } from "./info.ts";
import { seedBytes, seedRandom } from "./random.ts";
import type { Run } from "./run.ts";
import type { AsyncStore } from "./sandbox-entry.ts";
import { keepWaitSites, type WaitSites } from "./wait-sites.ts";

/** A new run, before the user's modules have been evaluated. */
export function createRun(start: RunStart, asyncStore: AsyncStore<unknown>): Run {
  const { activation, job, facts, host } = start;
  const waitSites = facts.keepsWaitSites ? keepWaitSites() : undefined;
  const randomSeed = seedBytes(job.randomnessSeed);
  return {
    runId: activation.runId,
    facts,
    host,
    asyncStore,
    info: startInfo(start),
    nowMs: activation.timestampMs,
    sdkVersion: activation.lastSdkVersion,
    flags: new FlagLedger(),
    randomSeed,
    random: seedRandom(randomSeed),
    randomStreams: new Map(),
    converters: defaultConverters(facts.namespace, job.workflowId),
    interceptors: { inbound: [], outbound: [], internals: [] },
    handlers: noHandlers(),
    nextSeqs: {
      timer: 1,
      activity: 1,
      condition: 1,
      childWorkflow: 1,
      signalWorkflow: 1,
      cancelWorkflow: 1,
      nexusOperation: 1,
    },
    pending: nothingPending(waitSites),
    waitSites,
    conditions: waitSites?.map() ?? new Map(),
    patches: { known: new Set(), decisions: new Map() },
    timeouts: new Map(),
    commands: [],
    definition: {
      start: undefined,
      construct: undefined,
      options: undefined,
      typeInfo: undefined,
      versioningBehavior: 0,
      failureExceptionTypes: [],
    },
    rootScope: undefined,
    sleep,
    currentDetails: "",
    isCancelled: false,
    isCompleted: false,
    readOnly: undefined,
    hasEventGroups: false,
    taskError: undefined,
  };
}

function noHandlers(): Run["handlers"] {
  return {
    signals: new Map(),
    queries: new Map(),
    updates: new Map(),
    defaultSignal: undefined,
    defaultQuery: undefined,
    defaultUpdate: undefined,
    bufferedSignals: [],
    bufferedUpdates: [],
    nextSignalExecution: 0,
    signalsInProgress: new Map(),
    updatesInProgress: new Map(),
  };
}

function nothingPending(sites: WaitSites | undefined): Run["pending"] {
  const map = <Value>(): Map<number, Value> => sites?.map() ?? new Map();
  return {
    timers: map(),
    activities: map(),
    childStarts: map(),
    children: map(),
    signals: map(),
    cancels: map(),
    nexusOperations: map(),
  };
}
