import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import type { Recorded } from "../replay/recorded.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What official workers call themselves (test/interop/peer.mjs). */
export const OFFICIAL_IDENTITY = "official-peer";

/** The official SDK with the fuzzer's workflows, in a process of its own (test/interop/peer.mjs). */
export class OfficialPeer {
  readonly #child: ChildProcess;
  /** Orders that were not answered yet. */
  readonly #open = new Map<number, (error: string | undefined) => void>();
  #orders = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => {
      const { id, error } = message as { readonly id: number; readonly error?: string };
      this.#open.get(id)?.(error);
      this.#open.delete(id);
    });
    child.once("exit", (code) => {
      for (const settle of this.#open.values()) settle(`the official peer ended with code ${code}`);
      this.#open.clear();
    });
  }

  /** Starts the process and waits until it takes orders. */
  static async start(address: string): Promise<OfficialPeer> {
    const child = fork(here("../interop/peer.mjs"), {
      execArgv: [],
      env: {
        ...process.env,
        ADDRESS: address,
        WORKFLOWS: here("workflow.ts"),
        ACTIVITIES: here("activities.ts"),
      },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (code) => reject(new Error(`the official peer did not start (code ${code})`)));
    });
    return new OfficialPeer(child);
  }

  /** Starts a worker on a task queue; one that is not `cached` keeps no run between tasks. */
  async work(taskQueue: string, { cached }: { readonly cached: boolean }): Promise<void> {
    const error = await this.#order({ order: "work", taskQueue, cached });
    if (error !== undefined) throw new Error(`the official worker on ${taskQueue} did not start: ${error}`);
  }

  /** Stops the worker of a task queue. */
  async rest(taskQueue: string): Promise<void> {
    const error = await this.#order({ order: "rest", taskQueue });
    if (error !== undefined) throw new Error(`the official worker on ${taskQueue} did not stop: ${error}`);
  }

  /** Why the official SDK cannot replay a history; undefined when it can. */
  async replay({ workflowId, events }: Recorded): Promise<string | undefined> {
    const history = JSON.stringify(historyToJson({ events }));
    return await this.#order({ order: "replay", workflowId, history });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.disconnect();
    await ended;
  }

  async #order(order: object): Promise<string | undefined> {
    const id = ++this.#orders;
    const answer = new Promise<string | undefined>((resolve) => this.#open.set(id, resolve));
    this.#child.send({ id, ...order });
    return await answer;
  }
}
