import { invalidArgument } from "../rpc/failures.ts";

/** Where a reader of a history goes on. Opaque to clients. */
export interface PageToken {
  readonly runId: string;
  /** Id of the next event. */
  readonly next: number;
  /** Events from this id on are not read; 0: up to what there is. */
  readonly end: number;
  /** Whether events of a started task that the history has not yet come last. */
  readonly transient: boolean;
  /** Whether the reader waits for new events. */
  readonly wait: boolean;
  /** Whether only the closing event is wanted. */
  readonly closeOnly: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Writes a token. */
export function encodePageToken({ runId, next, end, transient, wait, closeOnly }: PageToken): Uint8Array {
  return encoder.encode(JSON.stringify([runId, next, end, transient, wait, closeOnly]));
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when it is not one of ours */
export function decodePageToken(bytes: Uint8Array): PageToken {
  const parts = parse(bytes);
  const [runId, next, end, transient, wait, closeOnly] = parts;
  const valid =
    parts.length === 6 &&
    typeof runId === "string" &&
    isWhole(next, 1) &&
    isWhole(end, 0) &&
    [transient, wait, closeOnly].every((each) => typeof each === "boolean");
  if (!valid) throw invalidArgument("Invalid NextPageToken.");
  // Checked above, one by one.
  return { runId, next, end, transient, wait, closeOnly } as PageToken;
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least;
}

function parse(bytes: Uint8Array): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(decoder.decode(bytes));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
