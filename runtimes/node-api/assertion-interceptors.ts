/** Workflow interceptors, bundled with the user's workflows: a failed assertion fails the workflow, not its task. */
import { ApplicationFailure } from "perdure/common";
import type { WorkflowInterceptors } from "perdure/workflow";

export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        execute: (input, next) => failing(() => next(input)),
        handleSignal: (input, next) => failing(() => next(input)),
        handleUpdate: (input, next) => failing(() => next(input)),
      },
    ],
  };
}

async function failing<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!isFailedAssertion(error)) throw error;
    throw ApplicationFailure.create({
      message: error.message,
      type: error.name,
      nonRetryable: true,
      cause: error,
    });
  }
}

/** By its code: assertion libraries bring classes of their own, which are alike in it or in their name. */
function isFailedAssertion(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (error as { code?: unknown }).code === "ERR_ASSERTION" || error.name === "AssertionError";
}
