/**
 * What makes each probe of `tick-probes.ts` settle. `needs` lists the commands by which a probe began, whose sequence
 * numbers its jobs take; `prepare` are jobs of an activation before the measured one, `prepareMore` those of one between
 * the two; `jobs` those of the measured one.
 */
const base64 = (text) => Buffer.from(text).toString("base64");
const json = (value) => ({
  metadata: { encoding: base64("json/plain") },
  data: base64(JSON.stringify(value)),
});

const failure = {
  message: "failed",
  source: "test",
  applicationFailureInfo: { type: "Test", nonRetryable: true },
};
const cancelFailure = { message: "cancelled", source: "test", canceledFailureInfo: {} };
const completed = { completed: { result: json("done") } };

const resolveActivity = (seq, result, isLocal = false) => ({ resolveActivity: { seq, result, isLocal } });
const fireTimer = (seq) => ({ fireTimer: { seq } });
const childStarted = (seq) => ({
  resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: "child-run" } },
});
const childEnded = (seq, result) => ({ resolveChildWorkflowExecution: { seq, result } });
const backOff = (seq) =>
  resolveActivity(seq, { backoff: { attempt: 2, backoffDuration: { seconds: 7, nanos: 5_000_000 } } }, true);
const nexusStarted = (seq) => ({ resolveNexusOperationStart: { seq, operationToken: "token" } });
const nexusEnded = (seq, result) => ({ resolveNexusOperation: { seq, result } });
const cancelWorkflow = { cancelWorkflow: { reason: "measured" } };

export const signal = (signalName, ...args) => ({
  signalWorkflow: { signalName, input: args.map(json), identity: "test" },
});
const doUpdate = (name, label) => ({
  doUpdate: { id: label, protocolInstanceId: label, name, input: [json(label)], runValidator: true },
});

const activity = { needs: ["scheduleActivity"], jobs: ([seq]) => [resolveActivity(seq, completed)] };
const timer = { needs: ["startTimer"], jobs: ([seq]) => [fireTimer(seq)] };
const localActivity = {
  needs: ["scheduleLocalActivity"],
  jobs: ([seq]) => [resolveActivity(seq, completed, true)],
};
/** Alone, its back-off is timer 1 and its second attempt is 2. */
const backedOff = {
  needs: ["scheduleLocalActivity"],
  prepare: ([seq]) => [backOff(seq)],
  jobs: () => [fireTimer(1)],
};
const startedChild = { needs: ["startChildWorkflowExecution"], prepare: ([seq]) => [childStarted(seq)] };
const nexus = { needs: ["scheduleNexusOperation"] };
const startedNexus = { ...nexus, prepare: ([seq]) => [nexusStarted(seq)] };
const poked = { needs: [], jobs: (_seqs, label) => [signal("poke", label)] };
const timerAndActivity = {
  needs: ["startTimer", "scheduleActivity"],
  jobs: ([timerSeq, activitySeq]) => [fireTimer(timerSeq), resolveActivity(activitySeq, completed)],
};
const activityInTimeout = {
  needs: ["startTimer", "scheduleActivity"],
  jobs: ([_timerSeq, activitySeq]) => [resolveActivity(activitySeq, completed)],
};
const cancelledWorkflow = (needs) => ({ needs, jobs: () => [cancelWorkflow] });

const settledByJobs = {
  activity,
  activityFailure: { ...activity, jobs: ([seq]) => [resolveActivity(seq, { failed: { failure } })] },
  activityCancelled: {
    ...activity,
    jobs: ([seq]) => [resolveActivity(seq, { cancelled: { failure: cancelFailure } })],
  },
  activityAwaited: activity,
  activityReturned: activity,
  timer,
  globalTimeout: timer,
  childStart: { needs: startedChild.needs, jobs: startedChild.prepare },
  childStartFailure: {
    needs: startedChild.needs,
    jobs: ([seq]) => [
      {
        resolveChildWorkflowExecutionStart: {
          seq,
          failed: {
            workflowId: "child-id",
            workflowType: "anyChild",
            cause: "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS",
          },
        },
      },
    ],
  },
  childStartAndResult: {
    needs: startedChild.needs,
    jobs: ([seq]) => [childStarted(seq), childEnded(seq, completed)],
  },
  child: { ...startedChild, jobs: ([seq]) => [childEnded(seq, completed)] },
  childFailure: { ...startedChild, jobs: ([seq]) => [childEnded(seq, { failed: { failure } })] },
  childHandleResult: { ...startedChild, jobs: ([seq]) => [childEnded(seq, completed)] },
  childSignal: { ...startedChild, jobs: () => [{ resolveSignalExternalWorkflow: { seq: 1 } }] },
  signal: poked,
  signalHandler: poked,
  update: { needs: [], jobs: (_seqs, label) => [doUpdate("change", label)] },
  updateHandler: { needs: [], jobs: (_seqs, label) => [doUpdate("change", label)] },
  updateThatWaits: {
    needs: [],
    jobs: (_seqs, label) => [doUpdate("changeLater", label), signal("poke", label)],
  },
  condition: poked,
  conditionWithTimeout: { ...poked, needs: ["startTimer"] },
  conditionTimedOut: timer,
  conditionAfterActivity: activity,
  conditionWithTimeoutAfterActivity: activityInTimeout,
  localActivity,
  localActivityFailure: {
    ...localActivity,
    jobs: ([seq]) => [resolveActivity(seq, { failed: { failure } }, true)],
  },
  localActivityBacksOff: { ...localActivity, jobs: ([seq]) => [backOff(seq)] },
  localActivityBackedOff: backedOff,
  localActivityAfterBackOff: {
    ...backedOff,
    prepareMore: () => [fireTimer(1)],
    jobs: () => [resolveActivity(2, completed, true)],
  },
  localActivityCancelledInBackOff: { ...backedOff, jobs: (_seqs, label) => [signal("poke", label)] },
  externalSignal: {
    needs: ["signalExternalWorkflowExecution"],
    jobs: ([seq]) => [{ resolveSignalExternalWorkflow: { seq } }],
  },
  externalSignalFailure: {
    needs: ["signalExternalWorkflowExecution"],
    jobs: ([seq]) => [{ resolveSignalExternalWorkflow: { seq, failure } }],
  },
  externalCancel: {
    needs: ["requestCancelExternalWorkflowExecution"],
    jobs: ([seq]) => [{ resolveRequestCancelExternalWorkflow: { seq } }],
  },
  nexusStart: { ...nexus, jobs: ([seq]) => [nexusStarted(seq)] },
  nexusStartFailure: {
    ...nexus,
    jobs: ([seq]) => [{ resolveNexusOperationStart: { seq, failed: failure } }],
  },
  nexusSync: {
    ...nexus,
    jobs: ([seq]) => [
      { resolveNexusOperationStart: { seq, startedSync: true } },
      nexusEnded(seq, { completed: json("done") }),
    ],
  },
  nexus: { ...startedNexus, jobs: ([seq]) => [nexusEnded(seq, { completed: json("done") })] },
  nexusFailure: { ...startedNexus, jobs: ([seq]) => [nexusEnded(seq, { failed: failure })] },
  nexusHandleResult: { ...startedNexus, jobs: ([seq]) => [nexusEnded(seq, { completed: json("done") })] },
  scopeCancellable: activity,
  scopeNonCancellable: activity,
  scopeWithTimeout: activityInTimeout,
  scopeTwoDeep: activity,
  scopeThreeDeep: activity,
  scopeWithTimeoutTwoDeep: {
    needs: ["startTimer", "startTimer", "scheduleActivity"],
    jobs: (seqs) => [resolveActivity(seqs[2], completed)],
  },
  scopeTimeoutFires: { needs: ["startTimer", "startTimer"], jobs: ([seq]) => [fireTimer(seq)] },
  race: timerAndActivity,
  all: timerAndActivity,
  allSettled: timerAndActivity,
  any: timerAndActivity,
  workflowCancelledTimer: cancelledWorkflow(["startTimer"]),
  workflowCancelledCondition: cancelledWorkflow([]),
  workflowCancelledConditionWithTimeout: cancelledWorkflow(["startTimer"]),
  workflowCancelledScope: cancelledWorkflow(["startTimer"]),
  workflowCancelledTwoDeep: cancelledWorkflow(["startTimer"]),
  workflowCancelledNonCancellable: cancelledWorkflow(["startTimer"]),
  workflowCancelledRequested: cancelledWorkflow([]),
};

/** The jobs of a probe; those not named here settle by being poked. */
export function jobsOf(label) {
  return settledByJobs[label.replace(/#\d+$/, "")] ?? poked;
}

/** Probes that settle by jobs, each measured alone. */
export const probesWithJobs = Object.keys(settledByJobs);

/** The order of jobs within one activation, as core sorts them: signals and updates, others, local activities. */
export function sortJobs(jobs) {
  const rank = (job) => {
    if (job.signalWorkflow ?? job.doUpdate) return 0;
    return job.resolveActivity?.isLocal ? 2 : 1;
  };
  return jobs.toSorted((a, b) => rank(a) - rank(b));
}
