// Invariants
// Q1. A query waits in the buffer from its arrival until a worker answers it, its caller leaves, or no workflow task is left
//     that could bring it to a worker: then it is free to go to one directly.
// Q2. Callers hear of an answer after the commit of the task that brought it.
import type { Init } from "../../codec-runtime/init.ts";
import type { WorkflowQuery, WorkflowQueryResult } from "../../gen/codec/temporal/api/query/v1/message.ts";
import { MAX_BUFFERED_QUERIES } from "../limits.ts";
import type { Transaction } from "./transaction.ts";

/** What became of a query that waited. */
export type BufferedEnd =
  | { readonly kind: "answered"; readonly result: WorkflowQueryResult }
  /** No workflow task is under way any more: it may be asked directly. */
  | { readonly kind: "unblocked" };

interface Buffered {
  readonly query: Init<WorkflowQuery>;
  readonly end: (end: BufferedEnd) => void;
}

/** Queries that wait for the next workflow task of a run, or are with a worker. */
export class QueryRegistry {
  /** Most runs have none. */
  #buffered: Map<string, Buffered> | undefined;

  /** Whether no more can wait. */
  get full(): boolean {
    return (this.#buffered?.size ?? 0) >= MAX_BUFFERED_QUERIES;
  }

  /** Has a query wait for a workflow task. When `signal` aborts it is forgotten, and the promise with it. */
  wait(query: Init<WorkflowQuery>, signal: AbortSignal): Promise<BufferedEnd> {
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#buffered?.delete(id);
        if (this.#buffered?.size === 0) this.#buffered = undefined;
        signal.removeEventListener("abort", leave);
      };
      signal.addEventListener("abort", leave);
      this.#buffered ??= new Map();
      this.#buffered.set(id, {
        query,
        end: (end) => {
          leave();
          resolve(end);
        },
      });
      if (signal.aborted) leave();
    });
  }

  /** The queries that go with a task that starts now. */
  buffered(): Record<string, Init<WorkflowQuery>> {
    const queries: Record<string, Init<WorkflowQuery>> = {};
    for (const [id, { query }] of this.#buffered ?? []) queries[id] = query;
    return queries;
  }

  /** Hands the answers of a completed task to who asked, once it is committed. */
  answer(tx: Transaction, results: Readonly<Record<string, WorkflowQueryResult>>): void {
    for (const [id, result] of Object.entries(results)) {
      const waiting = this.#buffered?.get(id);
      if (waiting) tx.after(() => waiting.end({ kind: "answered", result }));
    }
  }

  /** Lets go, once the change is committed, all those that are not answered by then. */
  unblock(tx: Transaction): void {
    if (this.#buffered === undefined) return;
    const waiting = [...this.#buffered.keys()];
    tx.after(() => {
      for (const id of waiting) this.#buffered?.get(id)?.end({ kind: "unblocked" });
    });
  }
}
