import { activityInfo, CompleteAsyncError, Context, cancelled, heartbeat, sleep } from "perdure/activity";

/** Task tokens of activities that a case completes from outside, by workflow id. */
export const tokens: Map<string, Uint8Array> = new Map();

export const caseActivities = {
  async greet(name: string): Promise<string> {
    return `Hello, ${name}!`;
  },
  async slow(ms: number): Promise<string> {
    await sleep(ms);
    return `slept ${ms} ms`;
  },
  /** Heartbeats until it is cancelled, then says so by failing with the cancellation. */
  async beat(): Promise<string> {
    const timer = setInterval(() => heartbeat("beat"), 100);
    try {
      await cancelled();
      return "never";
    } finally {
      clearInterval(timer);
    }
  },
  async later(): Promise<string> {
    tokens.set(activityInfo().workflowExecution?.workflowId ?? "", Context.current().info.taskToken);
    throw new CompleteAsyncError();
  },
};
