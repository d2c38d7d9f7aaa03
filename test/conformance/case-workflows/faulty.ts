import { ApplicationFailure, condition, proxyActivities, setHandler } from "perdure/workflow";
import { finish } from "./plain.ts";

const { missing } = proxyActivities<{ missing(): Promise<void> }>({
  startToCloseTimeout: "5 seconds",
  retry: { maximumAttempts: 1 },
});

/** Fails with an ApplicationFailure that has a cause. */
export async function failing(): Promise<void> {
  throw ApplicationFailure.create({
    message: "the order was refused",
    type: "OrderRefused",
    nonRetryable: true,
    details: [{ reason: "no stock" }],
    cause: new Error("the shelf is empty"),
  });
}

/** Calls an activity that no worker has. */
export async function callsMissingActivity(): Promise<void> {
  await missing();
}

/** Returns what no converter can serialise. */
export async function returnsFunction(): Promise<unknown> {
  return () => 1;
}

/** Returns more bytes than a server takes. */
export async function returnsTooMuch(): Promise<string> {
  return "x".repeat(3 * 1024 * 1024);
}

/** Leaves a rejected promise behind: the task fails with this function's stack. */
export async function forgetsRejection(): Promise<void> {
  void rejectLater();
  await condition(() => false);
}

async function rejectLater(): Promise<never> {
  throw new Error("nobody awaits this");
}

/** Loops for ever once it is told to. */
export async function loops(): Promise<void> {
  let told = false;
  setHandler(finish, () => {
    told = true;
  });
  await condition(() => told);
  for (;;) {
    // What the watchdog is for.
  }
}

/** Throws a plain error: fails the task, not the workflow. */
export async function throwsPlainError(): Promise<void> {
  throw new TypeError("a mistake in the workflow");
}

/** Fills the heap once it is told to. */
export async function hoards(): Promise<number> {
  let told = false;
  setHandler(finish, () => {
    told = true;
  });
  await condition(() => told);
  const kept: number[][] = [];
  for (;;) kept.push(new Array<number>(100_000).fill(kept.length + 0.5));
}
