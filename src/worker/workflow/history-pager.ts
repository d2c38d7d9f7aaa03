import { errorMessage } from "../../common/type-guards.ts";
import type { WorkerService } from "../service.ts";

/** What became of a page. */
export type HistoryPage =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "error"; readonly message: string };

/** How many pages are fetched at a time, in all. */
const CONCURRENCY = 5;

/** Fetches pages of history for the threads. */
export class HistoryPager {
  readonly #service: Pick<WorkerService, "historyPage">;
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(service: Pick<WorkerService, "historyPage">) {
    this.#service = service;
  }

  /** Never rejects. */
  async fetch(workflowId: string, runId: string, token: Uint8Array): Promise<HistoryPage> {
    if (this.#active >= CONCURRENCY) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#active += 1;
    try {
      return { kind: "bytes", bytes: await this.#service.historyPage(workflowId, runId, token) };
    } catch (error) {
      return { kind: "error", message: errorMessage(error) ?? String(error) };
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#active -= 1;
      else next();
    }
  }
}
