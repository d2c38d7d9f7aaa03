/** Workflows that end in failure. */
import { ApplicationFailure } from "perdure/workflow";

export async function failRetryable(message: string): Promise<never> {
  throw ApplicationFailure.retryable(message, "Retryable");
}

export async function failNonRetryableWithDetails(message: string): Promise<never> {
  throw ApplicationFailure.nonRetryable(message, "WithDetails", { code: 7 }, ["a", null], "text");
}

export async function failWithCauseChain(): Promise<never> {
  const inner = new TypeError("the innermost");
  const middle = ApplicationFailure.create({
    message: "the middle",
    type: "Middle",
    details: [1],
    cause: inner,
  });
  throw ApplicationFailure.create({ message: "the outermost", type: "Outer", cause: middle });
}

/** Fails with a failure of another kind than the one it catches. */
export async function failAfterCatching(message: string): Promise<never> {
  try {
    throw new Error(message);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw ApplicationFailure.fromError(error, { type: "Converted", nonRetryable: true });
  }
}
