import type { Run } from "./run.ts";

/** What may only read the state of the workflow, and how errors speak of it. */
export type ReadOnlyReason = "a query is answered" | "an update is validated";

/** Lets nothing count that is done until the result is called. */
export function beginReadOnly(run: Run, reason: ReadOnlyReason): () => void {
  const { randomStreams } = run;
  const random = { ...run.random };
  const streams = Array.from(randomStreams, ([name, state]) => [name, { ...state }] as const);
  run.readOnly = reason;
  return () => {
    run.readOnly = undefined;
    run.random = random;
    randomStreams.clear();
    for (const [name, state] of streams) randomStreams.set(name, state);
  };
}
