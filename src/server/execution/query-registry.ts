import type { Init } from "../../codec-runtime/init.ts";
import type { WorkflowQuery, WorkflowQueryResult } from "../../gen/codec/temporal/api/query/v1/message.ts";
import type { Transaction } from "./transaction.ts";

/** Queries that wait for the next workflow task of a run, or are with a worker. */
export class QueryRegistry {
  /** The queries that go with a task that starts now. */
  takeBuffered(): Record<string, Init<WorkflowQuery>> {
    return {};
  }

  /** Hands the answers of a completed task to who asked, once it is committed. */
  answer(_tx: Transaction, _results: Readonly<Record<string, Init<WorkflowQueryResult>>>): void {}
}
