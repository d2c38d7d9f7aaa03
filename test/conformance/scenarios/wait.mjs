/** Waiting for what the server shows, instead of for a while: both SDKs' handles have what is used here. */

const STARTED = 2;

/** Asks again and again until the answer is yes. */
export async function until(condition, everyMs = 25) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, everyMs));
}

/** The workflow waits: its first task is done, no task is open, and all its activities are in some worker's hands. */
export async function settled(handle) {
  await until(async () => {
    const { historyLength, raw } = await handle.describe();
    const activities = raw.pendingActivities ?? [];
    return (
      historyLength >= 4 && !raw.pendingWorkflowTask && activities.every(({ state }) => state === STARTED)
    );
  });
}

/** Like `settled`, and no activity is under way. */
export async function quiet(handle) {
  await until(async () => {
    const { historyLength, raw } = await handle.describe();
    return historyLength >= 4 && !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0;
  });
}

/** Waits until the history of a run has an event which `matches`. */
export async function eventSeen(handle, matches) {
  await until(async () => {
    const { events } = await handle.fetchHistory();
    return events.some(matches);
  });
}
