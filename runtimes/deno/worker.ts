import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { FromThread, ThreadInit, ToThread } from "../../src/engine/protocol.ts";
import type { ThreadHandlers, WorkerPlatform, WorkflowThread } from "../../src/platform/worker-platform.ts";
import { isSource, packageRoot } from "../node-api/package-files.ts";
import { threadStart } from "../node-api/thread-start.ts";
import { workerHost } from "../node-api/worker-host.ts";

function threadFile(): URL {
  if (isSource()) return new URL("./workflow-thread.ts", import.meta.url);
  return pathToFileURL(join(packageRoot(), "dist", "runtimes", "deno", "workflow-thread.js"));
}

/** The part of Deno's `Worker` that is used; Node's types do not have it. */
interface WebWorker {
  postMessage(message: ToThread): void;
  terminate(): void;
  onmessage: ((event: { readonly data: FromThread }) => void) | null;
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
}
type WebWorkerClass = new (url: URL, options: { type: "module"; name: string }) => WebWorker;

/** Web Workers: messages with bytes through `node:worker_threads` take milliseconds on Deno. */
function startWebWorker(init: ThreadInit, handlers: ThreadHandlers): Promise<WorkflowThread> {
  const { Worker } = globalThis as unknown as { Worker: WebWorkerClass };
  const worker = new Worker(threadFile(), { type: "module", name: `perdure-workflow-${init.threadIndex}` });
  const thread: WorkflowThread = {
    post: (message) => worker.postMessage(message),
    terminate: () => {
      start.ended();
      worker.terminate();
      return Promise.resolve();
    },
  };
  const start = threadStart(thread, handlers);
  worker.onmessage = ({ data }) => start.message(data);
  worker.onerror = (event) => {
    // Otherwise the error would end the process.
    event.preventDefault();
    start.died(new Error(event.message));
  };
  worker.postMessage(init);
  return start.ready;
}

/** Workers on Deno: workflow threads are Web Workers. */
export const workerPlatform: WorkerPlatform = { ...workerHost, name: "deno", startThread: startWebWorker };
