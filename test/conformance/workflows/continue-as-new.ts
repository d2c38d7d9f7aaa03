/** Workflows that go on in a new run. */
import { condition, continueAsNew, defineSignal, setHandler, sleep, workflowInfo } from "perdure/workflow";

export const push: ReturnType<typeof defineSignal<[string]>> = defineSignal<[string]>("push");

/** Counts up to `until`, one run a step, and tells what the last run was given. */
export async function continueUntil(until: number, step: number, note: { seen: string[] }): Promise<unknown> {
  if (step < until) {
    await continueAsNew<typeof continueUntil>(until, step + 1, { seen: [...note.seen, `step ${step}`] });
  }
  const { memo, searchAttributes, continuedFromExecutionRunId, runId, firstExecutionRunId } = workflowInfo();
  return {
    note,
    memo,
    searchAttributes,
    continued: continuedFromExecutionRunId !== undefined && continuedFromExecutionRunId !== runId,
    first: firstExecutionRunId === runId,
  };
}

/** Continues after it has waited, with a timer still open. */
export async function continueWithOpenTimer(again: boolean): Promise<string> {
  void sleep("1 hour").catch(() => undefined);
  await sleep(50);
  if (again) await continueAsNew<typeof continueWithOpenTimer>(false);
  return "ended";
}

/** A signal makes it continue; what came with the signal goes along. */
export async function continueOnSignal(words: string[]): Promise<string[]> {
  const before = words.length;
  setHandler(push, (value) => {
    words.push(value);
  });
  await condition(() => words.length > before);
  if (words.length < 2) await continueAsNew<typeof continueOnSignal>(words);
  return words;
}
