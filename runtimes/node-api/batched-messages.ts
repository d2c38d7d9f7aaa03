import type { ToThread } from "../../src/engine/protocol.ts";

/** Sends what is posted in one go as one message: each message wakes the thread. */
export function batched(send: (messages: readonly ToThread[]) => void): (message: ToThread) => void {
  let batch: ToThread[] = [];
  const flush = (): void => {
    const messages = batch;
    batch = [];
    send(messages);
  };
  return (message) => {
    if (batch.push(message) === 1) queueMicrotask(flush);
  };
}

/** Takes apart what {@link batched} put together. */
export function unbatched(callback: (message: ToThread) => void): (messages: readonly ToThread[]) => void {
  return (messages) => {
    for (const message of messages) callback(message);
  };
}
