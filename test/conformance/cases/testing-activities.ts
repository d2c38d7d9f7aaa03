import { heartbeat, sleep } from "perdure/activity";
import type { Duration } from "perdure/common";
import type { TestWorkflowEnvironment } from "perdure/testing";

/** Activities for test environments. */
export const skippingActivities = {
  /** Real work, with heartbeats. */
  async work(ms: number): Promise<string> {
    for (const endMs = Date.now() + ms; Date.now() < endMs; ) {
      heartbeat();
      await sleep(20);
    }
    return "worked";
  },
  async silent(): Promise<void> {
    await sleep("1 minute");
  },
  /** Replaced in tests by one that sleeps in the environment. */
  async skips(_duration: Duration): Promise<string> {
    return await Promise.reject(new Error("the test gives one of its own"));
  },
};

/** The activities, of which one lets time skip while it runs. */
export function activitiesIn(env: TestWorkflowEnvironment): typeof skippingActivities {
  const skips = async (duration: Duration): Promise<string> => {
    await env.sleep(duration);
    return "activity";
  };
  return { ...skippingActivities, skips };
}
