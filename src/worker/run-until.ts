import { type Clock, sleepOn } from "./clock.ts";
import { CombinedWorkerRunError, PromiseCompletionTimeoutError } from "./errors.ts";

/** What `runUntil` needs of a worker. */
export interface RunUntilWorker {
  run(): Promise<void>;
  /** Shuts down if it runs. */
  stop(): void;
}

type Result<R> =
  | { readonly kind: "done"; readonly value: R }
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * Runs a worker until the given work is done. Rejects with the worker's error, the work's, or both combined.
 *
 * @throws PromiseCompletionTimeoutError when the worker ended and the work did not settle within `timeoutMs`
 */
export async function runUntilDone<R>(
  worker: RunUntilWorker,
  work: Promise<R> | (() => Promise<R>),
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<R> {
  let result: Result<R> | undefined;
  const running = worker.run();
  const settled = (async () => {
    try {
      result = { kind: "done", value: await (typeof work === "function" ? work() : work) };
    } catch (error) {
      result = { kind: "failed", error };
    }
    worker.stop();
  })();
  let workerError: { readonly error: unknown } | undefined;
  try {
    await running;
  } catch (error) {
    workerError = { error };
  }
  if (result === undefined && timeoutMs > 0) {
    const waited = new AbortController();
    void settled.then(() => waited.abort());
    await sleepOn(clock, timeoutMs, waited.signal);
  }
  const error = new PromiseCompletionTimeoutError(
    `Promise did not resolve within ${timeoutMs}ms after Worker completed shutdown`,
  );
  return conclude(result ?? { kind: "failed", error }, workerError);
}

function conclude<R>(result: Result<R>, workerError: { readonly error: unknown } | undefined): R {
  if (workerError === undefined) {
    if (result.kind === "done") return result.value;
    throw result.error;
  }
  if (result.kind === "done") throw workerError.error;
  throw new CombinedWorkerRunError("Worker terminated with fatal error in `runUntil`", {
    cause: { workerError: workerError.error, innerError: result.error },
  });
}
