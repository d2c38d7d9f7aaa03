// Invariants
// 1. An environment owns what it started (server, connection) and nothing else; `teardown` ends exactly that.
// 2. Environments share nothing: hundreds of them work side by side in one process.
import { Client, type ClientOptions } from "../client/client.ts";
import { type Duration, msToNumber, tsToMs } from "../common/duration.ts";
import { type SearchAttributeType, searchAttributeTypeNames } from "../common/search-attributes.ts";
import { EmbeddedServer, type EmbeddedServerOptions } from "../server/server.ts";
import { Connection } from "../transport/connection.ts";
import { SkippingWaits, TimeSkippingClient } from "./time-skipping-client.ts";

/** Options of the environment's client, which are its own but for connection and namespace. */
export type TestClientOptions = Omit<ClientOptions, "connection" | "namespace">;

/** Options of {@link TestWorkflowEnvironment.createTimeSkipping}. */
export interface TimeSkippingTestWorkflowEnvironmentOptions {
  /** Of the embedded server. */
  readonly server?: Omit<EmbeddedServerOptions, "timeSkipping"> | undefined;
  readonly client?: TestClientOptions | undefined;
}

/** Options of {@link TestWorkflowEnvironment.createLocal}. */
export interface LocalTestWorkflowEnvironmentOptions {
  /** Of the embedded server. */
  readonly server?: Omit<EmbeddedServerOptions, "timeSkipping"> | undefined;
  readonly client?: TestClientOptions | undefined;
}

/** Options of {@link TestWorkflowEnvironment.createFromExistingServer}. */
export interface ExistingServerTestWorkflowEnvironmentOptions {
  /** `host:port`. Default `localhost:7233`. */
  readonly address?: string | undefined;
  /** Default `"default"`. */
  readonly namespace?: string | undefined;
  readonly client?: TestClientOptions | undefined;
}

interface Parts {
  readonly connection: Connection;
  readonly namespace: string;
  readonly client?: TestClientOptions | undefined;
  /** The server that the environment owns. */
  readonly server?: EmbeddedServer | undefined;
  readonly timeSkipping: boolean;
}

const NAMESPACE = "default";

/**
 * A server for tests of workflows, with a client on it; workers are made on its connection.
 *
 * With time skipping a workflow that sleeps for a month ends in milliseconds: time skips while the test waits for a result
 * ({@link TestWorkflowEnvironment.client}) or in {@link TestWorkflowEnvironment.sleep}, and stands at the machine's pace
 * otherwise.
 *
 * @example
 * ```ts
 * await using env = await TestWorkflowEnvironment.createTimeSkipping();
 * const worker = await Worker.create({ connection: env.nativeConnection, taskQueue: "t", workflowsPath });
 * const result = await worker.runUntil(env.client.workflow.execute(sleeper, { workflowId: "w", taskQueue: "t" }));
 * ```
 */
export class TestWorkflowEnvironment {
  /** Clients and workers of the test are made on it. */
  readonly connection: Connection;
  /** The same; the name that it has in the official SDK. */
  readonly nativeConnection: Connection;
  readonly client: Client;
  readonly namespace: string;
  /** The embedded server, if the environment has one of its own. */
  readonly server: EmbeddedServer | undefined;
  readonly #timeSkipping: boolean;
  #ended: Promise<void> | undefined;

  private constructor(parts: Parts) {
    const { connection, namespace, server, timeSkipping } = parts;
    const options = { ...parts.client, connection, namespace };
    this.connection = connection;
    this.nativeConnection = connection;
    this.namespace = namespace;
    this.server = server;
    this.#timeSkipping = timeSkipping;
    this.client = timeSkipping
      ? new TimeSkippingClient(options, new SkippingWaits(connection))
      : new Client(options);
  }

  /**
   * An environment whose time skips, on an embedded server of its own. Ready in milliseconds; no port, no download.
   *
   * @example
   * ```ts
   * const env = await TestWorkflowEnvironment.createTimeSkipping();
   * ```
   */
  static createTimeSkipping(
    options: TimeSkippingTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    return embedded(options, true).then((parts) => new TestWorkflowEnvironment(parts));
  }

  /**
   * An environment in real time, on an embedded server of its own.
   *
   * @example
   * ```ts
   * const env = await TestWorkflowEnvironment.createLocal();
   * ```
   */
  static createLocal(options: LocalTestWorkflowEnvironmentOptions = {}): Promise<TestWorkflowEnvironment> {
    return embedded(options, false).then((parts) => new TestWorkflowEnvironment(parts));
  }

  /**
   * An environment on a server that runs already, in real time. The server is not ended by `teardown`.
   *
   * @throws {ServiceError} when the server cannot be reached
   * @example
   * ```ts
   * const env = await TestWorkflowEnvironment.createFromExistingServer({ address: "localhost:7233" });
   * ```
   */
  static async createFromExistingServer(
    options: ExistingServerTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    const { address, namespace = NAMESPACE, client } = options;
    const connection = await Connection.connect(address === undefined ? {} : { address });
    return new TestWorkflowEnvironment({ connection, namespace, client, timeSkipping: false });
  }

  /** Whether time skips here. */
  get supportsTimeSkipping(): boolean {
    return this.#timeSkipping;
  }

  /**
   * Waits: by the server's time, which skips, or by the machine's where it does not.
   *
   * @param duration milliseconds, or text such as `"2 days"`
   * @example
   * ```ts
   * await env.sleep("2 days");
   * ```
   */
  readonly sleep = async (duration: Duration): Promise<void> => {
    const ms = msToNumber(duration);
    if (this.#timeSkipping) {
      const seconds = Math.trunc(ms / 1000);
      const nanos = Math.round((ms - seconds * 1000) * 1e6);
      await this.connection.testService.unlockTimeSkippingWithSleep({ duration: { seconds, nanos } });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, ms));
  };

  /**
   * The server's time, in milliseconds since the epoch.
   *
   * @example
   * ```ts
   * const before = await env.currentTimeMs();
   * ```
   */
  async currentTimeMs(): Promise<number> {
    if (!this.#timeSkipping) return Date.now();
    const { time } = await this.connection.testService.getCurrentTime({});
    return tsToMs(time);
  }

  /**
   * Resolves when the embedded server has nothing under way: every workflow waits for a timer, a message or an end. By it a
   * test knows that a workflow has reached its timer before time is let go.
   *
   * @throws Error when the environment has no embedded server
   * @example
   * ```ts
   * await env.settle();
   * ```
   */
  async settle(): Promise<void> {
    if (this.server === undefined) {
      throw new Error(
        "settle() works on embedded servers only; this environment was made on an existing server",
      );
    }
    await this.server.settle();
  }

  /**
   * Makes custom search attributes known.
   *
   * @example
   * ```ts
   * await env.registerSearchAttributes({ CustomerId: "KEYWORD" });
   * ```
   */
  async registerSearchAttributes(attributes: Readonly<Record<string, SearchAttributeType>>): Promise<void> {
    await this.connection.operatorService.addSearchAttributes({
      namespace: this.namespace,
      searchAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, type]) => [name, searchAttributeTypeNames.encode(type)]),
      ),
    });
  }

  /**
   * Ends what the environment started. Workers on it are shut down first, by the test. Safe to call again.
   *
   * @example
   * ```ts
   * await env.teardown();
   * ```
   */
  teardown(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.teardown();
  }

  async #end(): Promise<void> {
    await this.connection.close();
    await this.server?.close();
  }
}

async function embedded(
  { server: options, client }: TimeSkippingTestWorkflowEnvironmentOptions,
  timeSkipping: boolean,
): Promise<Parts> {
  const server = new EmbeddedServer({ ...options, timeSkipping });
  const connection = await Connection.connect({ transport: server });
  return { connection, namespace: NAMESPACE, client, server, timeSkipping };
}
