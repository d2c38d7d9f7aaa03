// Invariants
// 1. While anybody waits for a result, time may skip; when nobody does, it may not. Many may wait at a time: the server is
//    told by the first and by the last. A wait that begins while skipping is disabled counts as nobody's, to its end.
import { Client, type ClientOptions } from "../client/client.ts";
import { WorkflowClient, type WorkflowClientOptions } from "../client/workflow-client.ts";
import type { Connection } from "../transport/connection.ts";

/** Lets time skip while at least one wait goes on. */
export class SkippingWaits {
  readonly #connection: Connection;
  #waits = 0;
  #disabled = 0;
  /** The last word to the server, so that the next is said after it. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether anybody waits. */
  get active(): boolean {
    return this.#waits > 0;
  }

  /** Waits, and lets time skip meanwhile. */
  readonly during = async <Result>(wait: () => Promise<Result>): Promise<Result> => {
    if (this.#disabled > 0) return await wait();
    this.#waits += 1;
    if (this.#waits === 1) this.#tell(() => this.#connection.testService.unlockTimeSkipping({}));
    try {
      await this.#told;
      return await wait();
    } finally {
      this.#waits -= 1;
      if (this.#waits === 0) this.#tell(() => this.#connection.testService.lockTimeSkipping({}));
      await this.#told;
    }
  };

  /** Runs something; waits that begin meanwhile let no time skip. */
  readonly withoutSkipping = async <Result>(run: () => Promise<Result> | Result): Promise<Result> => {
    this.#disabled += 1;
    try {
      return await run();
    } finally {
      this.#disabled -= 1;
    }
  };

  #tell(word: () => Promise<unknown>): void {
    // A word that failed has told its own waiter; the next is said all the same.
    this.#told = this.#told.catch(() => {}).then(word);
  }
}

/** A connection to a server whose time skips: it has TestService. */
type SkippingConnection = { readonly connection: Connection };

/**
 * A workflow client whose waits for results let time skip on a time-skipping server.
 *
 * @example
 * ```ts
 * const workflows = new TimeSkippingWorkflowClient({ connection: env.connection });
 * const result = await workflows.execute(remindMeNextYear, { workflowId: "r-1", taskQueue: "tests" });
 * ```
 */
export class TimeSkippingWorkflowClient extends WorkflowClient {
  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(
    options: WorkflowClientOptions & SkippingConnection,
    waits: SkippingWaits = new SkippingWaits(options.connection),
  ) {
    super(options);
    this.scope.whileWaiting = waits.during;
  }
}

/**
 * A client whose waits for results let time skip on a time-skipping server: a workflow that sleeps for a year has its
 * result in milliseconds.
 *
 * @example
 * ```ts
 * const result = await env.client.workflow.execute(remindMeNextYear, { workflowId: "r-1", taskQueue: "tests" });
 * ```
 */
export class TimeSkippingClient extends Client {
  override readonly workflow: TimeSkippingWorkflowClient;

  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(
    options: ClientOptions & SkippingConnection,
    waits: SkippingWaits = new SkippingWaits(options.connection),
  ) {
    super(options);
    this.scope.whileWaiting = waits.during;
    const { interceptors, workflow, ...shared } = options;
    const own = { ...shared, ...workflow, interceptors: interceptors?.workflow };
    this.workflow = new TimeSkippingWorkflowClient(own, waits);
  }
}
