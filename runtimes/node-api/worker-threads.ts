import type { MessagePort, ResourceLimits } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import type { FromThread, ThreadInit } from "../../src/engine/protocol.ts";
import type { EnginePort } from "../../src/engine/thread-main.ts";
import type { ThreadHandlers, WorkflowThread } from "../../src/platform/worker-platform.ts";
import { batched, unbatched } from "./batched-messages.ts";
import { threadStart } from "./thread-start.ts";

/** A module's URL, or its text. */
export type ThreadSource = { readonly file: URL } | { readonly code: string };

/** What a thread is started from. */
export interface ThreadProgram {
  readonly source: ThreadSource;
  readonly options?: { readonly resourceLimits?: ResourceLimits };
}

/** Starts a workflow thread of `node:worker_threads`. */
export function startWorkerThread(
  { source, options }: ThreadProgram,
  init: ThreadInit,
  handlers: ThreadHandlers,
): Promise<WorkflowThread> {
  const [program, isCode] = "code" in source ? [source.code, true] : [source.file, false];
  // Options of the main program, such as loaders, are of no use in the thread and only slow its start.
  const name = `perdure-workflow-${init.threadIndex}`;
  const worker = new Worker(program, { name, eval: isCode, execArgv: [], ...options });
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

/** The thread's own end of the channel. */
export function enginePort(port: MessagePort): EnginePort {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (callback) => {
      port.on("message", unbatched(callback));
    },
  };
}
