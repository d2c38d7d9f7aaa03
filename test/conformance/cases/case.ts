import type { Client, Connection } from "perdure/client";
import type { Worker, WorkerOptions } from "perdure/worker";

/** A check of Perdure alone: errors, options, the life of a worker. */
export interface Case {
  /** What a user would look for. */
  readonly name: string;
  run(world: CaseWorld): Promise<void>;
}

/** Where a protocol over `fetch` is spoken: a URL, or host and port. */
export interface Door {
  readonly protocol: "grpc-web" | "connect" | "http-json";
  readonly address: string;
}

/** What a case gets to work with. */
export interface CaseWorld {
  readonly address: string;
  readonly connection: Connection;
  readonly client: Client;
  /** The protocols for edge clients. */
  readonly doors: readonly Door[];
  /** This case's own task queue. */
  readonly taskQueue: string;
  /** The workflows of `case-workflows/mod.ts`, and the two versions of `changed`. */
  readonly bundles: Readonly<Record<"cases" | "before" | "after", { code: string }>>;
  /** A fresh workflow id. */
  id(): string;
  /** A worker with the case workflows and activities; shut down when `use` ends. */
  withWorker<T>(use: (worker: Worker) => Promise<T>, options?: Partial<WorkerOptions>): Promise<T>;
}

/** Waits until `probe` gives something; for what the server shows later. Fails after a minute. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`did not happen in a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The error that a promise is rejected with; fails when it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const value = await promise.then(
    (result) => new Error(`expected a rejection, got ${JSON.stringify(result)}`, { cause: "fulfilled" }),
    (error: unknown) => error as Error,
  );
  if (value.cause === "fulfilled") throw value;
  return value;
}
