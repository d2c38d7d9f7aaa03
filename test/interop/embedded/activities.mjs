/** Activities of the program that the official TypeScript SDK runs. */
import { ApplicationFailure, Context, heartbeat } from "@temporalio/activity";

const counts = new Map();

export async function count(name) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

export function countOf(name) {
  return counts.get(name) ?? 0;
}

/** Fails after heartbeats; the next attempt finds the last one. */
export async function resumesFromHeartbeat() {
  const { info } = Context.current();
  if (info.heartbeatDetails !== undefined) return { from: info.heartbeatDetails, attempt: info.attempt };
  heartbeat(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  heartbeat(2);
  throw ApplicationFailure.retryable("after two heartbeats");
}

/** Its first attempt never tells that it lives. */
export async function silentAtFirst() {
  const { info, cancelled } = Context.current();
  if (info.attempt === 1) await cancelled;
  return info.attempt;
}

export async function failsOnce(name) {
  await count(name);
  if (countOf(name) === 1) throw new Error("once");
  return countOf(name);
}

export async function alwaysFails() {
  throw ApplicationFailure.nonRetryable("never works");
}

export async function heartbeatsUntilCancelled() {
  const beat = setInterval(() => heartbeat("alive"), 50);
  try {
    await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}
