/** Workflows with children: how children start, end and are told things. */
import { WorkflowExecutionAlreadyStartedError } from "perdure/common";
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  executeChild,
  ParentClosePolicy,
  sleep,
  startChild,
  TerminatedFailure,
  TimeoutFailure,
  uuid4,
  workflowInfo,
} from "perdure/workflow";
import {
  childContinues,
  childFails,
  childGreets,
  childHears,
  childSucceedsAtAttempt,
  childTakesItsTime,
  childWaits,
  familyOfChild,
  tellChild,
} from "./child-types.ts";

const childId = (): string => `${workflowInfo().workflowId}-child`;

/** What a failure of a child says, without what differs from run to run. */
export function describeChildFailure(error: unknown): unknown {
  if (!(error instanceof ChildWorkflowFailure)) return `${error instanceof Error ? error.name : "?"}`;
  const { workflowType, retryState, namespace, execution, message, cause } = error;
  return {
    message,
    workflowType,
    retryState,
    namespace,
    hasRun: Boolean(execution.runId),
    cause: `${cause?.name}: ${cause?.message}`,
    type: cause instanceof ApplicationFailure ? cause.type : undefined,
    timeout: cause instanceof TimeoutFailure ? cause.timeoutType : undefined,
    terminated: cause instanceof TerminatedFailure,
  };
}

const ended = (running: Promise<unknown>): Promise<unknown> => running.catch(describeChildFailure);

export async function childResult(): Promise<unknown> {
  const first = await executeChild(childGreets, { args: ["one"] });
  const handle = await startChild("childGreets", { args: ["two"], workflowId: childId() });
  return [first, await handle.result(), handle.workflowId === childId(), handle.firstExecutionRunId !== ""];
}

/** Default ids draw from the random stream of the workflow. */
export async function childIdsAndRandomness(): Promise<unknown> {
  const values = [uuid4(), Math.random()];
  const handle = await startChild(childGreets, { args: ["one"] });
  await handle.result();
  return [...values, handle.workflowId, uuid4(), Math.random()];
}

export async function childrenInParallel(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `child ${index}`);
  return await Promise.all(names.map((name) => executeChild(childGreets, { args: [name] })));
}

export async function childWithOptions(): Promise<unknown> {
  return await executeChild(childGreets, {
    args: ["you"],
    workflowId: childId(),
    workflowExecutionTimeout: "1 hour",
    workflowRunTimeout: "30 minutes",
    workflowTaskTimeout: "20 seconds",
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    parentClosePolicy: "ABANDON",
    cancellationType: "TRY_CANCEL",
    retry: {
      initialInterval: "2s",
      maximumAttempts: 3,
      backoffCoefficient: 1.5,
      nonRetryableErrorTypes: ["Bad"],
    },
    memo: { note: "a memo", list: [1, 2] },
    searchAttributes: { OrderId: ["order-1"] },
    staticSummary: "a summary",
    staticDetails: "some *details*",
    priority: { priorityKey: 2 },
  });
}

export async function childFailure(): Promise<unknown> {
  return await ended(executeChild(childFails, { args: ["could not"] }));
}

export async function childFailureNotCaught(): Promise<unknown> {
  return await executeChild(childFails, { args: ["could not"] });
}

/** The result of the child is not waited for: its failure is nobody's business. */
export async function childFailureNotWaitedFor(): Promise<string> {
  await startChild(childFails, { args: ["could not"] });
  await sleep(300);
  return "still here";
}

export async function childTimeout(): Promise<unknown> {
  return await ended(executeChild(childWaits, { workflowRunTimeout: "1 second" }));
}

export async function childTerminated(): Promise<unknown> {
  return await ended(executeChild(childWaits, { workflowId: childId() }));
}

export async function childAlreadyStarted(): Promise<unknown> {
  const options = { workflowId: childId() };
  await startChild(childWaits, options);
  const describe = (error: unknown): unknown =>
    error instanceof WorkflowExecutionAlreadyStartedError
      ? [error.name, error.message, error.workflowId === childId(), error.workflowType]
      : "another error";
  return [
    await startChild(childWaits, options).catch(describe),
    await executeChild("anotherType", options).catch(describe),
  ];
}

export async function childAlreadyStartedNotCaught(): Promise<void> {
  await startChild(childWaits, { workflowId: childId() });
  await executeChild(childWaits, { workflowId: childId() });
}

/** Ends while its child runs. */
export async function leavesChild(policy: keyof typeof ParentClosePolicy): Promise<string> {
  await startChild(childWaits, { workflowId: childId(), parentClosePolicy: ParentClosePolicy[policy] });
  return "left";
}

export async function childSignalled(): Promise<unknown> {
  const handle = await startChild(childHears);
  await handle.signal(tellChild, "a word");
  return await handle.result();
}

/** Signals to a child that is closed fail. */
export async function childSignalledTooLate(): Promise<unknown> {
  const handle = await startChild(childGreets, { args: ["you"] });
  await handle.result();
  return await handle.signal("tellChild", "a word").catch((error: unknown) => {
    return error instanceof ApplicationFailure
      ? [error.message, error.type, error.nonRetryable]
      : "another error";
  });
}

export async function childOfChild(): Promise<unknown> {
  const { parent, root } = workflowInfo();
  const family = await executeChild(familyOfChild, { workflowId: childId(), args: [1] });
  return [parent === undefined, root === undefined, family];
}

export async function childContinuedAsNew(): Promise<unknown> {
  return await executeChild(childContinues, { args: [2] });
}

export async function childRetried(): Promise<unknown> {
  const retry = { initialInterval: 50, maximumAttempts: 3 };
  return [
    await executeChild(childSucceedsAtAttempt, { args: [2], retry }),
    await ended(executeChild(childSucceedsAtAttempt, { args: [9], retry })),
  ];
}

/** Results and a timer, whichever order they come in. */
export async function childrenAndTimer(): Promise<unknown> {
  const slow = executeChild(childTakesItsTime, { args: [300] });
  const timer = sleep(100).then(() => "timer");
  const first = await Promise.race([slow, timer]);
  return [first, await slow];
}
