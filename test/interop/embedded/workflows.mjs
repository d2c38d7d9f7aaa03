/** Workflows of the program that the official TypeScript SDK runs. */
import * as wf from "@temporalio/workflow";

const activities = wf.proxyActivities({
  startToCloseTimeout: "20s",
  heartbeatTimeout: "2s",
  retry: { initialInterval: 50, backoffCoefficient: 1, maximumAttempts: 5 },
});
const untilHeartbeat = wf.proxyActivities({
  startToCloseTimeout: "20s",
  heartbeatTimeout: "300ms",
  retry: { initialInterval: 50, maximumAttempts: 2 },
});
const endless = wf.proxyActivities({
  startToCloseTimeout: "60s",
  heartbeatTimeout: "5s",
  cancellationType: wf.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
const locals = wf.proxyLocalActivities({
  startToCloseTimeout: "5s",
  retry: { initialInterval: 20, maximumAttempts: 3 },
});

export async function work() {
  return {
    resumed: await activities.resumesFromHeartbeat(),
    silent: await untilHeartbeat.silentAtFirst(),
    local: await locals.failsOnce(`${wf.workflowInfo().workflowId}-local`),
    failure: await activities.alwaysFails().catch((error) => error.cause.message),
  };
}

export const addSignal = wf.defineSignal("add");
export const totalQuery = wf.defineQuery("total");
export const addUpdate = wf.defineUpdate("addUpdate");
export const finishSignal = wf.defineSignal("finish");

export async function account(start = 0) {
  let total = start;
  let finished = false;
  wf.setHandler(addSignal, (amount) => {
    total += amount;
  });
  wf.setHandler(totalQuery, () => total);
  wf.setHandler(
    addUpdate,
    async (amount) => {
      await wf.sleep(10);
      total += amount;
      return total;
    },
    {
      validator(amount) {
        if (amount < 0) throw wf.ApplicationFailure.create({ message: "must not be negative" });
      },
    },
  );
  wf.setHandler(finishSignal, () => {
    finished = true;
  });
  await wf.condition(() => finished && wf.allHandlersFinished());
  return total;
}

export async function parent() {
  const workflowId = `${wf.workflowInfo().workflowId}-child`;
  const child = await wf.startChild(account, { workflowId, args: [1] });
  await child.signal(addSignal, 2);
  await child.signal(finishSignal);
  const failed = await wf
    .executeChild(failing, { workflowId: `${workflowId}-fails` })
    .catch((error) => error.cause.message);
  return { total: await child.result(), failed };
}

export async function failing() {
  throw wf.ApplicationFailure.nonRetryable("as told");
}

export async function countDown(left) {
  if (left > 0) await wf.continueAsNew(left - 1);
  return wf.workflowInfo().continuedFromExecutionRunId !== undefined;
}

export async function untilCancelled() {
  try {
    await endless.heartbeatsUntilCancelled();
  } catch (error) {
    if (!wf.isCancellation(error)) throw error;
    await wf.CancellationScope.nonCancellable(() => locals.failsOnce(`${wf.workflowInfo().workflowId}-end`));
    throw error;
  }
}

export async function upserts() {
  wf.upsertSearchAttributes([
    { key: { name: "OrderId", type: "KEYWORD" }, value: `order-${wf.workflowInfo().workflowId}` },
    { key: { name: "Amount", type: "INT" }, value: 7 },
  ]);
  wf.upsertMemo({ note: "from within" });
  await wf.condition(() => false);
}

export async function secondAttempt() {
  const { attempt } = wf.workflowInfo();
  if (attempt === 1) throw wf.ApplicationFailure.retryable("the first one fails");
  return attempt;
}

export async function tick(name) {
  await activities.count(name);
}

export async function sleepsADay() {
  const start = Date.now();
  await wf.sleep("1 day");
  return Date.now() - start;
}

const patient = wf.proxyActivities({ startToCloseTimeout: "10 days" });

/** What comes first, and when: an activity that sleeps two days by the environment's clock, or a timer of one. */
export async function timerOrActivity() {
  const start = Date.now();
  const first = await Promise.race([
    wf.sleep("1 day").then(() => "timer"),
    patient.sleepsInEnvironment("2 days").then(() => "activity"),
  ]);
  return { first, ms: Date.now() - start };
}

/** Waits for a signal, for thirty days at most. */
export async function reminder() {
  let paid = false;
  wf.setHandler(finishSignal, () => {
    paid = true;
  });
  if (await wf.condition(() => paid, "30 days")) return "paid";
  return await patient.remind(wf.workflowInfo().workflowId);
}
