/** Workflows whose activities time out. */
import { ApplicationFailure, proxyActivities } from "perdure/workflow";
import type * as activities from "../activities.ts";
import { describeFailure, type SeenFailure } from "./activities.ts";

async function failureOf(call: Promise<unknown>): Promise<SeenFailure> {
  try {
    await call;
  } catch (error) {
    return describeFailure(error);
  }
  throw ApplicationFailure.nonRetryable("the activity should have timed out");
}

export async function activityStartToCloseTimeout(): Promise<SeenFailure> {
  const { hang } = proxyActivities<typeof activities>({
    startToCloseTimeout: "300 ms",
    retry: { maximumAttempts: 1 },
  });
  return await failureOf(hang());
}

export async function activityScheduleToCloseTimeout(): Promise<SeenFailure> {
  const { failUntilAttempt } = proxyActivities<typeof activities>({
    scheduleToCloseTimeout: "400 ms",
    retry: { initialInterval: 150, backoffCoefficient: 1 },
  });
  return await failureOf(failUntilAttempt(1_000));
}

/** Nobody listens on the activity's task queue. */
export async function activityScheduleToStartTimeout(): Promise<SeenFailure> {
  const { hang } = proxyActivities<typeof activities>({
    taskQueue: "nobody-listens-here",
    scheduleToStartTimeout: "300 ms",
    startToCloseTimeout: "1 minute",
  });
  return await failureOf(hang());
}

export async function activityHeartbeatTimeout(): Promise<SeenFailure> {
  const { resumeFromHeartbeat } = proxyActivities<typeof activities>({
    startToCloseTimeout: "1 minute",
    heartbeatTimeout: "400 ms",
    retry: { maximumAttempts: 1 },
  });
  return await failureOf(resumeFromHeartbeat(0.5));
}

/** The second attempt is given the details which the first one left behind. */
export async function activityHeartbeatDetails(): Promise<unknown> {
  const { resumeFromHeartbeat } = proxyActivities<typeof activities>({
    startToCloseTimeout: "1 minute",
    heartbeatTimeout: "400 ms",
    retry: { initialInterval: 50, maximumAttempts: 2 },
  });
  return await resumeFromHeartbeat(0.5);
}
