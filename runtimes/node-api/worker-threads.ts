import type { MessagePort, ResourceLimits } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import type { FromThread, ThreadInit, ToThread } from "../../src/engine/protocol.ts";
import type { EnginePort } from "../../src/engine/thread-main.ts";
import type { ThreadHandlers, WorkflowThread } from "../../src/platform/worker-platform.ts";
import { threadStart } from "./thread-start.ts";

/** What a thread is started from. */
export interface ThreadEntry {
  readonly file: URL;
  readonly resourceLimits?: ResourceLimits;
}

/** Starts a workflow thread of `node:worker_threads` from its entry file. */
export function startWorkerThread(
  { file, ...limits }: ThreadEntry,
  init: ThreadInit,
  handlers: ThreadHandlers,
): Promise<WorkflowThread> {
  // Options of the main program, such as loaders, are of no use in the thread and only slow its start.
  const worker = new Worker(file, { name: `perdure-workflow-${init.threadIndex}`, execArgv: [], ...limits });
  const thread: WorkflowThread = {
    post: batched((messages) => worker.postMessage(messages)),
    terminate: async () => {
      start.ended();
      await worker.terminate();
    },
  };
  const start = threadStart(thread, handlers);
  worker.on("message", (message: FromThread) => start.message(message));
  worker.on("error", (error: unknown) => start.died(error));
  worker.on("exit", (code) => start.died(new Error(`The workflow thread ended with exit code ${code}`)));
  worker.postMessage([init]);
  return start.ready;
}

/** Sends what is posted in one go as one message: each message wakes the thread. */
function batched(send: (messages: readonly ToThread[]) => void): (message: ToThread) => void {
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

/** The thread's own end of the channel. */
export function enginePort(port: MessagePort): EnginePort {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (callback) => {
      port.on("message", (messages: readonly ToThread[]) => {
        for (const message of messages) callback(message);
      });
    },
  };
}
