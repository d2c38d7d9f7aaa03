/** Activities of the conformance workflows. Each says in its name what it does; none keeps state between calls. */
import { activityInfo, cancelled, heartbeat, setActivityOptions, sleep } from "perdure/activity";
import { ApplicationFailure, CancelledFailure } from "perdure/common";
import { Money, moneyToMoney } from "./money.ts";

export async function greet(name: string): Promise<string> {
  return `Hello, ${name}!`;
}

export async function add(a: number, b: number): Promise<number> {
  return a + b;
}

export async function echo(value: unknown): Promise<unknown> {
  return value;
}

/** Adds one. */
export async function addFee(amount: Money): Promise<Money> {
  return amount.plus(new Money(1, amount.currency));
}
setActivityOptions({ typeInfo: moneyToMoney }, addFee);

export async function returnNothing(): Promise<void> {}

/** A string of the given length. */
export async function makeText(length: number): Promise<string> {
  return "x".repeat(length);
}

/** Takes `delayMs`, then returns its label. */
export async function slow(label: string, delayMs: number): Promise<string> {
  await sleep(delayMs);
  return label;
}

/** As `slow`, but it does not heed its cancellation. */
export async function stubborn(label: string, delayMs: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  return label;
}

/** Fails with a retryable error until the given attempt is reached; returns the attempt. */
export async function failUntilAttempt(wanted: number): Promise<number> {
  const { attempt } = activityInfo();
  if (attempt < wanted) throw new Error(`attempt ${attempt} of ${wanted}`);
  return attempt;
}

export async function failNonRetryable(message: string): Promise<never> {
  throw ApplicationFailure.nonRetryable(message, "Unfixable", { reason: "by design" }, 42);
}

export async function failWithType(type: string): Promise<never> {
  throw ApplicationFailure.create({ message: `a ${type} error`, type, details: [{ type }] });
}

export async function failWithCause(): Promise<never> {
  const inner = new RangeError("the innermost");
  const middle = ApplicationFailure.create({ message: "the middle", type: "Middle", cause: inner });
  throw ApplicationFailure.create({
    message: "the outermost",
    type: "Outer",
    cause: middle,
    nonRetryable: true,
  });
}

/** Waits until told to stop: for timeouts which the server decides. */
export async function hang(): Promise<void> {
  await sleep(30_000);
}

/** First attempt: heartbeats `progress`, then stalls until its heartbeat times out. Later: returns what it is given back. */
export async function resumeFromHeartbeat(progress: number): Promise<unknown> {
  const { attempt, heartbeatDetails } = activityInfo();
  if (attempt > 1) return { attempt, heartbeatDetails };
  heartbeat({ progress });
  await sleep(30_000);
  return "not reached";
}

/** Heartbeats until it is cancelled; then ends as cancelled. */
export async function heartbeatUntilCancelled(): Promise<never> {
  for (;;) {
    heartbeat();
    await Promise.race([sleep(50), cancelled()]);
  }
}

/** Heartbeats until it is cancelled, takes a little time to tidy up, and ends as its argument says. */
export async function tidyUpWhenCancelled(end: "return" | "cancel" | "fail"): Promise<string> {
  try {
    return await heartbeatUntilCancelled();
  } catch (error) {
    if (!(error instanceof CancelledFailure)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (end === "return") return "tidied up";
    if (end === "fail") throw ApplicationFailure.nonRetryable("could not tidy up", "TidyUpFailed");
    throw error;
  }
}
