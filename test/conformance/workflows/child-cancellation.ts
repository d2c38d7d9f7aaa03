/** Workflows that cancel their children, in each of the four ways and at each time. */
import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  defineSignal,
  executeChild,
  isCancellation,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from "perdure/workflow";
import { childFailsWhenCancelled, childGreets, childTakesItsTime, childWaits } from "./child-types.ts";

type Way = keyof typeof ChildWorkflowCancellationType;

const begin = defineSignal("begin");
const stop = defineSignal("stop");

const WAYS = Object.keys(ChildWorkflowCancellationType).sort() as Way[];

/** How a call ended. */
function outcome(running: Promise<unknown>): Promise<string> {
  return running.then(
    (result) => `returned ${String(result)}`,
    (error: unknown) => {
      const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
      const kind = cause instanceof CancelledFailure ? "CancelledFailure" : String(cause?.message);
      return `${error instanceof Error ? error.name : "?"} cancelled=${isCancellation(error)} cause=${kind}`;
    },
  );
}

/** Cancels a child that runs; then waits, so that its end comes into history. */
export async function childCancelled(way: Way): Promise<string[]> {
  const scope = new CancellationScope();
  const handle = await scope.run(() =>
    startChild(childWaits, { cancellationType: way, staticSummary: "to be cancelled" }),
  );
  scope.cancel();
  const told = await outcome(handle.result());
  await sleep(300);
  return [told, await executeChild(childGreets, { args: ["you"] })];
}

/** The child does not stop, and ends by itself. */
export async function childIgnoresCancellation(way: Way): Promise<string[]> {
  const scope = new CancellationScope();
  const handle = await scope.run(() => startChild(childTakesItsTime, { cancellationType: way, args: [300] }));
  scope.cancel();
  const told = await outcome(handle.result());
  await sleep(1_000);
  return [told, await executeChild(childGreets, { args: ["you"] })];
}

export async function childFailsOnCancellation(way: Way): Promise<string[]> {
  const scope = new CancellationScope();
  const handle = await scope.run(() => startChild(childFailsWhenCancelled, { cancellationType: way }));
  scope.cancel();
  const told = await outcome(handle.result());
  await sleep(300);
  return [told, await executeChild(childGreets, { args: ["you"] })];
}

/** Started and cancelled in one activation: the server never hears of them. */
export async function childCancelledBeforeSent(): Promise<string[]> {
  const outcomes: string[] = [];
  for (const way of WAYS) {
    const scope = new CancellationScope();
    const executing = outcome(scope.run(() => executeChild(childWaits, { cancellationType: way })));
    const starting = outcome(scope.run(() => startChild(childWaits, { cancellationType: way })));
    scope.cancel();
    outcomes.push(await executing, await starting);
  }
  return [...outcomes, await executeChild(childGreets, { args: ["somebody"] })];
}

export async function childInCancelledScope(): Promise<string[]> {
  const scope = new CancellationScope();
  scope.cancel();
  return [
    await outcome(scope.run(() => executeChild(childWaits))),
    await outcome(scope.run(() => startChild(childWaits))),
    await executeChild(childGreets, { args: ["somebody"] }),
  ];
}

/** Keeps the workflow task open for a while, so that a signal comes in the middle of it. */
function takeTime(): void {
  if (workflowInfo().unsafe.isReplaying) return;
  for (let round = 0; round < 3e8; round++);
}

/** Cancels a child that the server has not started yet: the signal to do so is handled before the child's start can be. */
export async function childCancelledBeforeStart(way: Way): Promise<string[]> {
  let hasBegun = false;
  setHandler(begin, () => {
    hasBegun = true;
  });
  const scope = new CancellationScope();
  setHandler(stop, () => scope.cancel());
  await condition(() => hasBegun);
  const executing = outcome(
    scope.run(() => executeChild(childTakesItsTime, { args: [300], cancellationType: way })),
  );
  takeTime();
  const told = await executing;
  await sleep(1_500);
  return [told, await executeChild(childGreets, { args: ["you"] })];
}

/** The workflow itself is cancelled: its child is, and it waits for that. */
export async function cancelledWithChild(): Promise<string> {
  const shielded = CancellationScope.nonCancellable(() => executeChild(childTakesItsTime, { args: [500] }));
  try {
    return await executeChild(childWaits);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return `cancelled; the other one: ${await shielded}`;
  }
}

/** As `cancelledWithChild`, and it ends as cancelled. */
export async function cancelledByItsChild(): Promise<never> {
  return await executeChild(childWaits);
}
