import { realmSafe } from "./realm-safe.ts";

const withCause = (cause: unknown): ErrorOptions | undefined => (cause === undefined ? undefined : { cause });

interface ErrorOptions {
  cause?: unknown;
}

/** A value that an option, a converter or a call does not accept. The message names it and says what is allowed. */
export class ValueError extends Error {
  declare readonly code: string;

  constructor(message: string | undefined, cause?: unknown) {
    super(message, withCause(cause));
  }

  static {
    realmSafe(ValueError, "ValueError", "VALUE");
  }
}

/** A value that cannot be turned into a payload, or a payload that cannot be turned into a value. */
export class PayloadConverterError extends ValueError {
  declare readonly code: "PAYLOAD_CONVERTER";

  static {
    realmSafe(PayloadConverterError, "PayloadConverterError", "PAYLOAD_CONVERTER");
  }
}

/** A call that is not allowed in the state that its object is in. */
export class IllegalStateError extends Error {
  declare readonly code: "ILLEGAL_STATE";

  static {
    realmSafe(IllegalStateError, "IllegalStateError", "ILLEGAL_STATE");
  }
}

/**
 * There is no such workflow: it never ran under this id, its history is past retention, or it is closed and the call
 * needs a running one.
 */
export class WorkflowNotFoundError extends Error {
  declare readonly code: "WORKFLOW_NOT_FOUND";
  readonly workflowId: string;
  readonly runId: string | undefined;

  constructor(message: string, workflowId: string, runId: string | undefined, cause?: unknown) {
    super(message, withCause(cause));
    this.workflowId = workflowId;
    this.runId = runId;
  }

  static {
    realmSafe(WorkflowNotFoundError, "WorkflowNotFoundError", "WORKFLOW_NOT_FOUND");
  }
}

/** The server does not know the namespace. */
export class NamespaceNotFoundError extends Error {
  declare readonly code: "NAMESPACE_NOT_FOUND";
  readonly namespace: string;

  constructor(namespace: string, cause?: unknown) {
    super(`Namespace not found: '${namespace}'`, withCause(cause));
    this.namespace = namespace;
  }

  static {
    realmSafe(NamespaceNotFoundError, "NamespaceNotFoundError", "NAMESPACE_NOT_FOUND");
  }
}

/** Thrown in an activity to say that it completes later, through `AsyncCompletionClient`. */
export class CompleteAsyncError extends Error {
  declare readonly code: "COMPLETE_ASYNC";

  static {
    realmSafe(CompleteAsyncError, "CompleteAsyncError", "COMPLETE_ASYNC");
  }
}
