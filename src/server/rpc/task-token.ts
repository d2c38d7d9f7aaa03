import { invalidArgument } from "./failures.ts";

/** Which task a worker answers to. Opaque to workers. */
export interface TaskToken {
  readonly kind: "workflow" | "activity" | "query";
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly scheduledId: number;
  readonly startedId: number;
  readonly attempt: number;
  /** Stamp of the workflow task or activity; of a query its own id. */
  readonly stamp: string | number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Writes a token. */
export function encodeTaskToken(token: TaskToken): Uint8Array {
  const { kind, namespace, workflowId, runId, scheduledId, startedId, attempt, stamp } = token;
  return encoder.encode(
    JSON.stringify([kind, namespace, workflowId, runId, scheduledId, startedId, attempt, stamp]),
  );
}

/**
 * Reads a token of a request.
 *
 * @throws {ServiceFailure} INVALID_ARGUMENT: missing, not one of ours, or of another namespace
 */
export function decodeTaskToken(bytes: Uint8Array, namespace: string): TaskToken {
  if (bytes.length === 0) throw invalidArgument("Task token not set on request.");
  const token = parse(bytes);
  if (token === undefined) throw invalidArgument("Error deserializing task token.");
  // A request may leave its namespace to the token.
  if (namespace !== "" && token.namespace !== namespace) {
    throw invalidArgument("Operation requested with a token from a different namespace.");
  }
  return token;
}

function parse(bytes: Uint8Array): TaskToken | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 8) return undefined;
  const [kind, namespace, workflowId, runId, scheduledId, startedId, attempt, stamp] = parts as unknown[];
  const texts = [namespace, workflowId, runId];
  const numbers = [scheduledId, startedId, attempt];
  if (kind !== "workflow" && kind !== "activity" && kind !== "query") return undefined;
  if (!texts.every((each) => typeof each === "string") || !numbers.every(Number.isSafeInteger))
    return undefined;
  // Checked above, one by one.
  return { kind, namespace, workflowId, runId, scheduledId, startedId, attempt, stamp } as TaskToken;
}
