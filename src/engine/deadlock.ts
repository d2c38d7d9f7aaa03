/** Type of the failure of a task whose workflow code does not yield. */
export const DEADLOCK_TYPE = "DeadlockError";

/** How such a failure begins; Temporal's rules for SDKs have this number. */
const CODE = "[TMPRL1101]";

/** What users are told; without a run, as its id is not known. */
export function deadlockMessage(limitMs: number, runId?: string): string {
  const whose = runId === undefined ? "" : ` of run ${runId}`;
  return (
    `${CODE} Potential deadlock detected: workflow code${whose} did not yield within ${limitMs} ms. ` +
    "Look for an endless loop, or move the long computation into an activity"
  );
}

/** Whether a failure says that workflow code did not yield. */
export function isDeadlock(message: string): boolean {
  return message.startsWith(CODE);
}
