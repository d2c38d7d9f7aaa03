/** Workflows that call activities and get a result, an error or a timeout. */
import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, add, echo, returnNothing, failNonRetryable, failWithCause, makeText, slow } = proxyActivities<
  typeof activities
>({ startToCloseTimeout: "1 minute" });

const { failUntilAttempt, failWithType } = proxyActivities<typeof activities>({
  startToCloseTimeout: "1 minute",
  retry: {
    initialInterval: 50,
    backoffCoefficient: 1,
    maximumAttempts: 5,
    nonRetryableErrorTypes: ["Hopeless"],
  },
});

export async function oneActivity(name: string): Promise<string> {
  return await greet(name);
}

export async function activityWithoutResult(): Promise<string> {
  const result: unknown = await returnNothing();
  return `returned ${String(result)}`;
}

/** Each call takes the result of the one before. */
export async function activityChain(length: number): Promise<number> {
  let total = 0;
  for (let step = 1; step <= length; step++) total = await add(total, step);
  return total;
}

export async function parallelActivities(names: string[]): Promise<string[]> {
  return await Promise.all(names.map((name) => greet(name)));
}

/** The first of several activities wins; the others are still running when the workflow ends. */
export async function fastestActivity(): Promise<string> {
  return await Promise.race([slow("tortoise", 3_000), slow("hare", 20)]);
}

/** `total` activities in batches of `batch`, one batch a task. */
export async function batchedActivities(total: number, batch: number): Promise<number[]> {
  const results: number[] = [];
  for (let start = 0; start < total; start += batch) {
    const calls = Array.from({ length: Math.min(batch, total - start) }, (_, index) => add(start, index));
    results.push(...(await Promise.all(calls)));
  }
  return results;
}

export async function echoThroughActivity(value: unknown): Promise<unknown> {
  return await echo(value);
}

/** Carries a large payload in, through an activity, and out. */
export async function largePayload(length: number): Promise<string> {
  const text = await makeText(length);
  const back = await echo(text);
  if (back !== text) throw ApplicationFailure.nonRetryable("the text was changed on its way");
  return text;
}

export async function retriedActivity(attempts: number): Promise<number> {
  return await failUntilAttempt(attempts);
}

/** What an activity's failure looks like from inside the workflow. */
export interface SeenFailure {
  name: string;
  activityType?: string;
  retryState?: string;
  causes: {
    name: string;
    message: string;
    type?: string;
    details?: unknown;
    timeoutType?: string | undefined;
  }[];
}

export function describeFailure(error: unknown): SeenFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const seen: SeenFailure = { name: error.name, activityType: error.activityType, causes: [] };
  if (error.retryState !== undefined) seen.retryState = error.retryState;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    const one: SeenFailure["causes"][number] = { name: cause.name, message: cause.message };
    if (cause instanceof ApplicationFailure) {
      if (cause.type) one.type = cause.type;
      if (cause.details) one.details = cause.details;
    }
    if (cause instanceof TimeoutFailure) one.timeoutType = cause.timeoutType;
    seen.causes.push(one);
  }
  return seen;
}

export async function activityFailureCaught(): Promise<SeenFailure> {
  try {
    await failNonRetryable("no way");
  } catch (error) {
    return describeFailure(error);
  }
  throw ApplicationFailure.nonRetryable("the activity should have failed");
}

export async function activityFailureNotCaught(): Promise<void> {
  await failNonRetryable("no way");
}

export async function activityFailureWithCause(): Promise<SeenFailure> {
  try {
    await failWithCause();
  } catch (error) {
    return describeFailure(error);
  }
  throw ApplicationFailure.nonRetryable("the activity should have failed");
}

export async function activityRetriesExhausted(): Promise<SeenFailure> {
  try {
    await failUntilAttempt(100);
  } catch (error) {
    return describeFailure(error);
  }
  throw ApplicationFailure.nonRetryable("the activity should have failed");
}

/** The retry policy names the error's type as not to be retried. */
export async function activityErrorTypeNotRetried(): Promise<SeenFailure> {
  try {
    await failWithType("Hopeless");
  } catch (error) {
    return describeFailure(error);
  }
  throw ApplicationFailure.nonRetryable("the activity should have failed");
}
