/** Workflows with local activities: results, retries, failures, timeouts, races. */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  TimeoutFailure,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

type Activities = typeof activities;

const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute" });
const remote = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });

type Seen = readonly string[];

/** The failure and its causes, each in a line. */
async function failureOf(call: Promise<unknown>): Promise<Seen> {
  const seen: string[] = [];
  try {
    await call;
  } catch (error) {
    for (let at = error; at instanceof Error; at = at.cause) {
      const type = at instanceof ApplicationFailure ? ` (${at.type})` : "";
      const kind = at instanceof TimeoutFailure ? ` (${at.timeoutType})` : "";
      seen.push(`${at.name}${type}${kind}: ${at.message}`);
    }
  }
  return seen;
}

export async function localOne(name: string): Promise<string> {
  return await local.greet(name);
}

export async function localWithoutResult(): Promise<unknown[]> {
  return [await local.returnNothing(), await local.echo(undefined), await local.echo(null)];
}

export async function localChain(count: number): Promise<number> {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum = await local.add(sum, i);
  return sum;
}

/** The order of ends is not the order of calls. */
export async function localParallel(): Promise<string[]> {
  const ends: string[] = [];
  const one = async (label: string, delayMs: number): Promise<void> => {
    ends.push(await local.slow(label, delayMs));
  };
  await Promise.all([one("a", 500), one("b", 100), one("c", 300)]);
  return ends;
}

export async function localBytes(bytes: Uint8Array): Promise<unknown> {
  return await local.echo(bytes);
}

export async function localBig(length: number): Promise<number> {
  return (await local.makeText(length)).length;
}

export async function localWithSummary(): Promise<string> {
  const { greet } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    summary: "says hello",
  });
  return await greet("you");
}

export async function localWithOwnOptions(): Promise<string> {
  return await local.greet.executeWithOptions({ summary: "another one" }, ["me"]);
}

export async function localRetried(wanted: number): Promise<number> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: 20, backoffCoefficient: 1 },
  });
  return await failUntilAttempt(wanted);
}

/** Each wait is longer than what the worker keeps itself. */
export async function localRetriedByTimer(wanted: number): Promise<number> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: 200 },
    localRetryThreshold: 100,
  });
  return await failUntilAttempt(wanted);
}

/** First the worker waits, then a timer does. */
export async function localRetriedBothWays(): Promise<number> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: 50, backoffCoefficient: 4 },
    localRetryThreshold: 100,
  });
  return await failUntilAttempt(3);
}

export async function localNotRetried(): Promise<Seen> {
  return await failureOf(local.failNonRetryable("for good"));
}

export async function localFailureWithCause(): Promise<Seen> {
  return await failureOf(local.failWithCause());
}

export async function localFailureNotCaught(): Promise<never> {
  return await local.failNonRetryable("not caught");
}

/** Names of types are compared without regard to case. */
export async function localErrorTypeNotRetried(): Promise<Seen> {
  const { failWithType } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { nonRetryableErrorTypes: ["HOPELESS"] },
  });
  return await failureOf(failWithType("Hopeless"));
}

export async function localRetriesExhausted(): Promise<Seen> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: 20, maximumAttempts: 2 },
  });
  return await failureOf(failUntilAttempt(5));
}

export async function localStartToCloseTimeout(): Promise<Seen> {
  const { hang } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "200 ms",
    retry: { maximumAttempts: 1 },
  });
  return await failureOf(hang());
}

export async function localStartToCloseRetried(): Promise<Seen> {
  const { hang } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "200 ms",
    retry: { initialInterval: 20, maximumAttempts: 2 },
  });
  return await failureOf(hang());
}

export async function localScheduleToCloseTimeout(): Promise<Seen> {
  const { hang } = proxyLocalActivities<Activities>({ scheduleToCloseTimeout: "300 ms" });
  return await failureOf(hang());
}

/** The time runs across waits that timers keep. */
export async function localScheduleToCloseByTimer(): Promise<Seen> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    scheduleToCloseTimeout: "500 ms",
    retry: { initialInterval: 600, backoffCoefficient: 1 },
    localRetryThreshold: 100,
  });
  return await failureOf(failUntilAttempt(9));
}

/** The worker runs one at a time. */
export async function localScheduleToStartTimeout(): Promise<unknown[]> {
  const { greet } = proxyLocalActivities<Activities>({
    scheduleToStartTimeout: "200 ms",
    startToCloseTimeout: "1 minute",
  });
  return await Promise.all([local.slow("first", 600), failureOf(greet("too late"))]);
}

export async function localAndActivity(): Promise<string[]> {
  return await Promise.all([local.greet("here"), remote.greet("there")]);
}

export async function localBetweenTimers(): Promise<string[]> {
  await sleep(50);
  const before = await local.greet("before");
  await sleep(50);
  return [before, await local.greet("after")];
}

/** The task of the activity is answered before it ends, and with it the timer starts. */
export async function localOrTimer(): Promise<string> {
  const winner = await Promise.race([local.slow("activity", 5_000), sleep(300).then(() => "timer")]);
  return winner;
}

/** Runs longer than a workflow task may. */
export async function localLong(delayMs: number): Promise<string> {
  return await local.slow("long", delayMs);
}

export async function localThenContinue(rest: number): Promise<string> {
  const greeting = await local.greet(`${rest}`);
  if (rest > 1) await continueAsNew<typeof localThenContinue>(rest - 1);
  return greeting;
}

/** The workflow ends while the activity runs. */
export async function localLeftRunning(): Promise<string> {
  local.slow("left", 5_000).catch(() => undefined);
  return await local.greet("done");
}

export async function localNotAwaited(): Promise<string> {
  local.slow("left", 5_000).catch(() => undefined);
  return "at once";
}

export async function localWithPatch(): Promise<string[]> {
  const first = await local.greet("first");
  const name = patched("greet-twice") ? "new" : "old";
  const all = Promise.all([local.greet(name), remote.greet(name), local.greet(`${name} again`)]);
  return [first, ...(await all)];
}

const poke = defineSignal<[string]>("poke");
const names = defineQuery<string[]>("names");

/** Signals come while the activity runs. */
export async function localAndSignals(wanted: number): Promise<string[]> {
  const seen: string[] = [];
  setHandler(poke, (name) => void seen.push(name));
  setHandler(names, () => seen);
  seen.push(await local.slow("activity", 1_500));
  await condition(() => seen.length > wanted);
  return seen;
}

/** Each signal runs a local activity. */
export async function localInSignalHandler(wanted: number): Promise<string[]> {
  const seen: string[] = [];
  setHandler(poke, async (name) => void seen.push(await local.greet(name)));
  await condition(() => seen.length === wanted);
  return seen;
}

const greetAll = defineUpdate<string[], [string, string]>("greetAll");
const close = defineSignal("close");

/** Updates run local activities, one after the other. */
export async function localInUpdate(): Promise<string[]> {
  const seen: string[] = [];
  let closed = false;
  setHandler(greetAll, async (one, two) => {
    seen.push(await local.greet(one));
    seen.push(await local.slow(two, 100));
    return seen.slice(-2);
  });
  setHandler(close, () => {
    closed = true;
  });
  await condition(() => closed);
  return seen;
}
