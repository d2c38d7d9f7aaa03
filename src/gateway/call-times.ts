import type { RpcRule } from "./rpc-rules.ts";

/** How long a call may take behind the gateway. */
export interface CallTime {
  readonly timeoutMs: number;
  /** Whether that is the gateway's own word, and not the caller's: then a poll that it ends has an empty answer. */
  readonly own: boolean;
}

export const DEFAULT_MAX_POLL_MS = 70_000;
/** What the server refuses is a poll of less than 2 s. */
export const MIN_MAX_POLL_MS = 2_500;
const SHORT_MS = 30_000;
/** What the answer keeps of the caller's time to reach it. */
const WAY_BACK_MS = 100;
const WAY_BACK_PART = 0.02;

/**
 * The caller's deadline, a little earlier, so that what the server says about it still arrives. The server takes no poll without
 * a deadline, and no call is to wait for ever for a server that is stuck: those that come without one get one here.
 */
export function callTime(
  rule: RpcRule | undefined,
  timeoutMs: number | undefined,
  maxPollMs: number,
): CallTime {
  const isLong = rule === undefined || rule.length !== "short";
  const most = isLong ? maxPollMs : SHORT_MS;
  if (timeoutMs === undefined) return { timeoutMs: most, own: true };
  const left = timeoutMs - Math.min(WAY_BACK_MS, timeoutMs * WAY_BACK_PART);
  // What is short by its nature may take as long as its caller waits.
  return isLong && left > most ? { timeoutMs: most, own: true } : { timeoutMs: left, own: false };
}
