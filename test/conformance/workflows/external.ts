/** Workflows that signal and cancel others. Those are found by their ids, which follow from the workflow's own. */

import type { ExternalWorkflowHandle } from "perdure/workflow";
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from "perdure/workflow";

export const knock: ReturnType<typeof defineSignal<[{ from: string; times: number }, string]>> =
  defineSignal<[{ from: string; times: number }, string]>("knock");

const other = (): ExternalWorkflowHandle => getExternalWorkflowHandle(`${workflowInfo().workflowId}-other`);

function outcome(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => "done",
    (error: unknown) => {
      if (error instanceof ApplicationFailure) return [error.message, error.type, error.nonRetryable];
      return `${error instanceof Error ? `${error.name}: ${error.message}` : "?"} ${isCancellation(error)}`;
    },
  );
}

/** The one that is signalled or cancelled. */
export async function hearsKnocks(): Promise<unknown> {
  let heard: unknown[] | undefined;
  setHandler(knock, (...args) => {
    heard = args;
  });
  await condition(() => heard !== undefined);
  return heard;
}

export async function signalsOther(): Promise<unknown> {
  return await outcome(other().signal(knock, { from: "a workflow", times: 2 }, "now"));
}

export async function signalsNobody(): Promise<unknown> {
  const run = getExternalWorkflowHandle(
    `${workflowInfo().workflowId}-other`,
    "00000000-0000-4000-8000-000000000000",
  );
  return [await outcome(other().signal("knock")), await outcome(run.signal("knock", 1, 2))];
}

export async function cancelsOther(): Promise<unknown> {
  return await outcome(other().cancel());
}

export async function cancelsNobody(): Promise<unknown> {
  return [await outcome(other().cancel())];
}

/** Signals that never leave: cancelled in the same activation, or called in a scope that is cancelled. */
export async function signalsNotSent(): Promise<unknown> {
  const scope = new CancellationScope();
  const taken = outcome(scope.run(() => other().signal("knock")));
  scope.cancel();
  const refused = outcome(scope.run(() => other().signal("knock")));
  return [await taken, await refused];
}

/** Signals that are on their way cannot be taken back. */
export async function signalCancelledTooLate(): Promise<unknown> {
  const scope = new CancellationScope();
  const sent = outcome(scope.run(() => other().signal(knock, { from: "a workflow", times: 1 }, "later")));
  await sleep(1);
  scope.cancel();
  return await sent;
}

/** The request is tied to its scope: cancelling that leaves a marker in history, also when the request is long over. */
export async function cancelsOtherInScope(): Promise<unknown> {
  const scope = new CancellationScope();
  const first = await outcome(scope.run(() => other().cancel()));
  scope.cancel();
  const second = await outcome(scope.run(() => other().cancel()));
  await sleep(10);
  return [first, second];
}

/** Cancelled in the activation that made the request: the caller does not wait, the request leaves all the same. */
export async function cancelsOtherAndItself(): Promise<unknown> {
  const scope = new CancellationScope();
  const asked = outcome(scope.run(() => other().cancel()));
  scope.cancel();
  return [await asked, await sleep(300)];
}
