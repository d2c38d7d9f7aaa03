import type { FromThread } from "../../src/engine/protocol.ts";
import type { ThreadHandlers, WorkflowThread } from "../../src/platform/worker-platform.ts";

/** The life of a thread as the main thread sees it, whatever kind of thread it is. */
export interface ThreadStart {
  /** The thread, once it is ready; rejects with what `initFailed` says or with why it died before. */
  readonly ready: Promise<WorkflowThread>;
  message(message: FromThread): void;
  died(error: unknown): void;
  /** The thread is ended on purpose: nothing more is passed on. */
  ended(): void;
}

/** Passes on messages and death of a thread; the first message decides whether it started. */
export function threadStart(thread: WorkflowThread, handlers: ThreadHandlers): ThreadStart {
  let stage: "starting" | "running" | "ended" = "starting";
  let resolve: (thread: WorkflowThread) => void;
  let reject: (error: Error) => void;
  const ready = new Promise<WorkflowThread>((onReady, onFailure) => {
    resolve = onReady;
    reject = onFailure;
  });
  const refuse = (error: Error): void => {
    stage = "ended";
    reject(error);
  };
  return {
    ready,
    message: (message) => {
      if (stage === "ended") return;
      if (stage === "starting" && message.kind === "initFailed") {
        const error = new Error(message.message);
        error.stack = message.stack;
        refuse(error);
        void thread.terminate();
        return;
      }
      if (stage === "starting" && message.kind === "ready") {
        stage = "running";
        resolve(thread);
      }
      handlers.message(message);
    },
    died: (reason) => {
      if (stage === "ended") return;
      const error = reason instanceof Error ? reason : new Error(String(reason));
      if (stage === "starting") {
        refuse(error);
        return;
      }
      stage = "ended";
      handlers.died(error);
    },
    ended: () => {
      stage = "ended";
    },
  };
}
