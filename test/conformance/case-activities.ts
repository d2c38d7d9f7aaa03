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

/** Activities that fail in unusual ways. */
export const hostileActivities = {
  async throwsText(): Promise<void> {
    // What user code may do, though it should not.
    return await Promise.reject("plain text");
  },
  async throwsNothing(): Promise<void> {
    return await Promise.reject();
  },
  throwsRange(): Promise<void> {
    throw new RangeError("too far");
  },
  async returnsBigInt(): Promise<unknown> {
    return 5n;
  },
  async returnsItself(): Promise<unknown> {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    return cycle;
  },
};
