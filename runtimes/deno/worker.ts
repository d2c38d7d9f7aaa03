import type { FromThread, ThreadInit, ToThread } from "../../src/engine/protocol.ts";
import type { ThreadHandlers, WorkerPlatform, WorkflowThread } from "../../src/platform/worker-platform.ts";
import { batched } from "../node-api/batched-messages.ts";
import { bundleWorkflows } from "../node-api/bundler.ts";
import type { ThreadEntry } from "../node-api/thread-entry.ts";
import { threadStart } from "../node-api/thread-start.ts";
import { workerHost } from "../node-api/worker-host.ts";

/** The part of Deno's `Worker` that is used; Node's types do not have it. */
interface WebWorker {
  postMessage(messages: readonly ToThread[]): void;
  terminate(): void;
  onmessage: ((event: { readonly data: FromThread }) => void) | null;
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
}
type WebWorkerClass = new (url: string, options: { type: "module"; name: string }) => WebWorker;

let url: Promise<string> | undefined;

/** Text becomes a module by way of a `blob:` URL, which needs no permission to read files; one for all threads. */
function threadUrl(): Promise<string> {
  url ??= (async () => {
    const { threadEntry } = await import("#platform/thread");
    const entry: ThreadEntry = await threadEntry();
    if (entry.kind === "file") return entry.url.href;
    return URL.createObjectURL(new Blob([entry.code], { type: "text/javascript" }));
  })();
  return url;
}

/** Web Workers: messages with bytes through `node:worker_threads` take milliseconds on Deno. */
async function startWebWorker(init: ThreadInit, handlers: ThreadHandlers): Promise<WorkflowThread> {
  const { Worker } = globalThis as unknown as { Worker: WebWorkerClass };
  const worker = new Worker(await threadUrl(), {
    type: "module",
    name: `perdure-workflow-${init.threadIndex}`,
  });
  const thread: WorkflowThread = {
    post: batched((messages) => worker.postMessage(messages)),
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
  worker.postMessage([init]);
  return start.ready;
}

/** Deno imports modules of web servers, JSR's among them; so may workflow code. */
const bundle: WorkerPlatform["bundle"] = (options) => bundleWorkflows(options, { webModules: true });

/** Workers on Deno: workflow threads are Web Workers. */
export const workerPlatform: WorkerPlatform = {
  ...workerHost,
  name: "deno",
  startThread: startWebWorker,
  bundle,
};
