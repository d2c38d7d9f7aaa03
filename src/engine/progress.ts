/**
 * What the main thread can see of a workflow thread without asking: 32-bit words in shared memory.
 * Word 0 counts entries into workflow code and is odd while one runs; word 1 is the id of the task that it runs for.
 */
export const PROGRESS_WORDS = 4;
const COUNT = 0;
const TASK = 1;

/** The thread's side of the progress words. */
export interface Progress {
  begin(taskId: number): void;
  end(): void;
}

/** Writes to `memory`; without shared memory nobody looks and nothing is written. */
export function createProgress(memory: SharedArrayBuffer | undefined): Progress {
  if (memory === undefined) return { begin: () => {}, end: () => {} };
  const words = new Int32Array(memory);
  return {
    begin: (taskId) => {
      Atomics.store(words, TASK, taskId | 0);
      Atomics.add(words, COUNT, 1);
    },
    end: () => {
      Atomics.add(words, COUNT, 1);
    },
  };
}
