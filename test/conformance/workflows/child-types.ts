/** Workflows that others run as their children. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  setHandler,
  sleep,
  workflowInfo,
} from "perdure/workflow";

export const tellChild: ReturnType<typeof defineSignal<[string]>> = defineSignal<[string]>("tellChild");

export async function childGreets(name: string): Promise<string> {
  return `Hello, ${name}!`;
}

export async function childFails(message: string): Promise<never> {
  throw ApplicationFailure.nonRetryable(message, "ChildTrouble", { reason: "by design" });
}

/** Waits until it is cancelled. */
export async function childWaits(): Promise<never> {
  await condition(() => false);
  throw new Error("not reached");
}

/** Cannot be stopped before its time. */
export async function childTakesItsTime(ms: number): Promise<string> {
  await CancellationScope.nonCancellable(() => sleep(ms));
  return "in my own time";
}

/** Fails when it is cancelled. */
export async function childFailsWhenCancelled(): Promise<never> {
  try {
    return await childWaits();
  } catch {
    throw ApplicationFailure.nonRetryable("would not be cancelled", "ChildTrouble");
  }
}

export async function childHears(): Promise<string> {
  let heard: string | undefined;
  setHandler(tellChild, (text) => {
    heard = text;
  });
  await condition(() => heard !== undefined);
  return `heard ${heard}`;
}

export async function childContinues(left: number): Promise<string> {
  if (left > 0) await continueAsNew<typeof childContinues>(left - 1);
  return "the last run";
}

export async function childSucceedsAtAttempt(wanted: number): Promise<number> {
  const { attempt } = workflowInfo();
  if (attempt < wanted) throw ApplicationFailure.retryable(`attempt ${attempt}`, "TooEarly");
  return attempt;
}

/** Whom a workflow has above it: ids as they follow from its own. */
export async function familyOfChild(depth: number): Promise<unknown[]> {
  const { workflowId, parent, root, namespace } = workflowInfo();
  const family = {
    parentIsAbove: `${parent?.workflowId}-child` === workflowId,
    parentNamespace: parent?.namespace === namespace,
    hasParentRun: parent !== undefined && parent.runId !== "",
    rootIsAbove: root !== undefined && workflowId.startsWith(`${root.workflowId}-child`),
    rootIsParent: root?.runId === parent?.runId,
  };
  if (depth === 0) return [family];
  const below = await executeChild(familyOfChild, { workflowId: `${workflowId}-child`, args: [depth - 1] });
  return [family, ...below];
}
