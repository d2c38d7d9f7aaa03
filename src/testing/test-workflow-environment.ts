// Invariants
// 1. An environment owns what it started (server, connection) and nothing else; `teardown` ends exactly that.
// 2. Environments share nothing: hundreds of them work side by side in one process.
import { asyncLocalStorage } from "../activity/context.ts";
import type { AsyncCompletionClient } from "../client/async-completion-client.ts";
import { Client } from "../client/client.ts";
import type { WorkflowClient } from "../client/workflow-client.ts";
import { type Duration, msToNumber, msToTs, tsToMs } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import { type SearchAttributeType, searchAttributeTypeNames } from "../common/search-attributes.ts";
import { showValue } from "../common/type-guards.ts";
import type { ServerProcess } from "../platform/testing-platform.ts";
import { EmbeddedServer } from "../server/server.ts";
import { Connection } from "../transport/connection.ts";
import { LOCAL_TARGET } from "../transport/connection-options.ts";
import { type ProcessServerConfig, startDevServer } from "./dev-server.ts";
import {
  type ClientOptionsForTestEnv,
  checkExistingServerOptions,
  checkLocalOptions,
  checkTimeSkippingOptions,
  type ExistingServerConnectionOptions,
  type ExistingServerTestWorkflowEnvironmentOptions,
  type LocalTestWorkflowEnvironmentOptions,
  type TimeSkippingTestWorkflowEnvironmentOptions,
} from "./environment-options.ts";
import { createNexusEndpoint, type NexusEndpointIdentifier } from "./nexus-endpoint.ts";
import { attributeTypes, type EmbeddedServerConfig } from "./server-config.ts";
import { Sleeps } from "./sleeps.ts";
import { SkippingWaits, TimeSkippingClient } from "./time-skipping-client.ts";

/** What an environment consists of. */
interface Parts {
  readonly connection: Connection;
  readonly namespace: string;
  readonly client: ClientOptionsForTestEnv | undefined;
  readonly timeSkipping: boolean;
  readonly address?: string;
  readonly connectionOptions?: ExistingServerConnectionOptions;
  /** The servers that the environment owns. */
  readonly server?: EmbeddedServer;
  readonly devServer?: ServerProcess;
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
  /** `host:port` of the server; undefined for an embedded one, which needs none. */
  readonly address: string | undefined;
  /** With which it connected to an existing server; empty otherwise. */
  readonly connectionOptions: ExistingServerConnectionOptions;
  /** The embedded server, if the environment has one of its own. */
  readonly server: EmbeddedServer | undefined;
  /** Whether time skips here. */
  readonly supportsTimeSkipping: boolean;
  readonly #devServer: ServerProcess | undefined;
  readonly #sleeps: Sleeps = new Sleeps();
  readonly #waits: SkippingWaits;
  #ended: Promise<void> | undefined;

  /** @deprecated Use `client.workflow`. */
  get workflowClient(): WorkflowClient {
    return this.client.workflow;
  }

  /** @deprecated Use `client.activity`. */
  get asyncCompletionClient(): AsyncCompletionClient {
    return this.client.activity;
  }

  private constructor(parts: Parts) {
    const { connection, namespace, timeSkipping } = parts;
    const options = { ...parts.client, connection, namespace };
    this.connection = connection;
    this.nativeConnection = connection;
    this.namespace = namespace;
    this.address = parts.address;
    this.connectionOptions = parts.connectionOptions ?? {};
    this.server = parts.server;
    this.supportsTimeSkipping = timeSkipping;
    this.#devServer = parts.devServer;
    this.#waits = new SkippingWaits(connection);
    this.client = timeSkipping ? new TimeSkippingClient(options, this.#waits) : new Client(options);
  }

  /**
   * An environment whose time skips, on an embedded server of its own. Ready in milliseconds; no port, no download. With
   * `type: "time-skipping"` on the Java SDK's test server, whose program must be there.
   *
   * @throws {ValueError} naming the option, its value and what is allowed
   * @throws {DevServerError} when the Java SDK's test server does not start; the message says why
   * @example
   * ```ts
   * const env = await TestWorkflowEnvironment.createTimeSkipping();
   * ```
   */
  static async createTimeSkipping(
    options: TimeSkippingTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    checkTimeSkippingOptions(options);
    const { server, client } = options;
    return server?.type === "time-skipping"
      ? await TestWorkflowEnvironment.#onProcess(server, client)
      : await TestWorkflowEnvironment.#onEmbedded(server, client, true);
  }

  /**
   * An environment in real time: on an embedded server of its own, or with `type: "dev-server"` on the real dev server, for
   * which the Temporal CLI must be there.
   *
   * @throws {ValueError} naming the option, its value and what is allowed
   * @throws {DevServerError} when the dev server does not start; the message says why
   * @example
   * ```ts
   * const env = await TestWorkflowEnvironment.createLocal({
   *   server: { type: "dev-server", existingPath: "/usr/local/bin/temporal" },
   * });
   * ```
   */
  static async createLocal(
    options: LocalTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    checkLocalOptions(options);
    const { server, client } = options;
    return server?.type === "dev-server"
      ? await TestWorkflowEnvironment.#onProcess(server, client)
      : await TestWorkflowEnvironment.#onEmbedded(server, client, false);
  }

  /**
   * An environment on a server that runs already, in real time. `teardown` does not end the server.
   *
   * @throws {ServiceError} when the server cannot be reached
   * @throws {ValueError} naming the option, its value and what is allowed
   * @example
   * ```ts
   * const env = await TestWorkflowEnvironment.createFromExistingServer({ address: "localhost:7233" });
   * ```
   */
  static async createFromExistingServer(
    options: ExistingServerTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    checkExistingServerOptions(options);
    const { address = LOCAL_TARGET, namespace = NAMESPACE, client, connectionOptions = {} } = options;
    const connection = await Connection.connect({ ...connectionOptions, address });
    const parts = { connection, namespace, client, address, connectionOptions };
    try {
      return new TestWorkflowEnvironment({ ...parts, timeSkipping: false });
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  static async #onEmbedded(
    config: EmbeddedServerConfig = {},
    client: ClientOptionsForTestEnv | undefined,
    timeSkipping: boolean,
  ): Promise<TestWorkflowEnvironment> {
    const { type: _, namespace = NAMESPACE, namespaces = [], searchAttributes, ...rest } = config;
    const server = new EmbeddedServer({
      ...rest,
      // The environment's own may be among them.
      namespaces: namespaces.includes(namespace) ? namespaces : [...namespaces, namespace],
      searchAttributes: attributeTypes(searchAttributes),
      timeSkipping,
    });
    const connection = await Connection.connect({ transport: server });
    return new TestWorkflowEnvironment({ connection, namespace, client, server, timeSkipping });
  }

  static async #onProcess(
    config: ProcessServerConfig,
    client: ClientOptionsForTestEnv | undefined,
  ): Promise<TestWorkflowEnvironment> {
    const { address, connection, process: child } = await startDevServer(config);
    const timeSkipping = config.type === "time-skipping";
    const { namespace = NAMESPACE } = timeSkipping ? {} : config;
    try {
      const parts = { connection, namespace, client, address, devServer: child };
      return new TestWorkflowEnvironment({ ...parts, timeSkipping });
    } catch (error) {
      // The client's options are wrong.
      await connection.close();
      await child.stop();
      throw error;
    }
  }

  /**
   * Waits: by the server's time, which skips, or by the machine's where it does not. Within an activity the sleep ends when the
   * activity is cancelled.
   *
   * @param duration milliseconds, or text such as `"2 days"`
   * @throws {ValueError} when it is no duration, or negative
   * @throws {CancelledFailure} within an activity, when that is cancelled
   * @example
   * ```ts
   * await env.sleep("2 days");
   * ```
   */
  readonly sleep = async (duration: Duration): Promise<void> => {
    const ms = msToNumber(duration, "duration");
    if (ms < 0) throw new ValueError(`duration is ${showValue(duration)}; it must not be negative`);
    const signal = asyncLocalStorage.get()?.cancellationSignal;
    try {
      await this.#sleep(ms, signal);
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  };

  /**
   * Runs something in which waiting for results lets no time skip: a test of what happens in real time, or of what goes on by
   * {@link TestWorkflowEnvironment.sleep} alone. Waits that began before go on as they were. Without time skipping it only
   * runs it.
   *
   * @returns what the function returns; rejects with what it throws
   * @example
   * ```ts
   * await env.autoTimeSkippingDisabled(async () => {
   *   const result = handle.result();
   *   await env.sleep("2 days");
   *   return await result;
   * });
   * ```
   */
  async autoTimeSkippingDisabled<Result>(run: () => Promise<Result> | Result): Promise<Result> {
    return await this.#waits.withoutSkipping(run);
  }

  /**
   * The server's time, in milliseconds since the epoch.
   *
   * @example
   * ```ts
   * const before = await env.currentTimeMs();
   * ```
   */
  async currentTimeMs(): Promise<number> {
    if (!this.supportsTimeSkipping) return Date.now();
    const { time } = await this.connection.testService.getCurrentTime({});
    return tsToMs(time);
  }

  /**
   * Resolves when the embedded server has nothing under way: every workflow waits for a timer, a message or an end. By it a
   * test knows that a workflow has reached its timer before time is let go. An activity that runs is under way.
   *
   * @throws Error when the environment has no embedded server
   * @example
   * ```ts
   * await env.settle();
   * ```
   */
  async settle(): Promise<void> {
    if (this.server !== undefined) return await this.server.settle();
    throw new Error(
      `settle() works on embedded servers only; this environment is on the server at ${this.address}, whose insides nobody can see`,
    );
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
   * Makes a Nexus endpoint whose operations workers of a task queue answer. Works on servers that have Nexus: the real dev
   * server, and existing ones.
   *
   * @throws {ServiceError} UNIMPLEMENTED on the embedded server, which has no Nexus yet
   * @example
   * ```ts
   * const endpoint = await env.createNexusEndpoint("payments", "payments-tasks");
   * ```
   */
  async createNexusEndpoint(name: string, taskQueue: string): Promise<NexusEndpointIdentifier> {
    return await createNexusEndpoint(this.connection, { name, taskQueue, namespace: this.namespace });
  }

  /**
   * Deletes what {@link TestWorkflowEnvironment.createNexusEndpoint} made.
   *
   * @throws {ServiceError} NOT_FOUND when there is none such any more
   * @example
   * ```ts
   * await env.deleteNexusEndpoint(endpoint);
   * ```
   */
  async deleteNexusEndpoint({ id, version }: Pick<NexusEndpointIdentifier, "id" | "version">): Promise<void> {
    await this.connection.operatorService.deleteNexusEndpoint({ id, version });
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

  async #sleep(ms: number, abortSignal: AbortSignal | undefined): Promise<void> {
    if (!this.supportsTimeSkipping) return await this.#sleeps.sleep(ms, abortSignal);
    const { testService } = this.connection;
    const duration = msToTs(ms, "duration");
    // Where a result is waited for, time skips already: then there is no lock to take away, but that of an activity's own work.
    if (abortSignal === undefined && this.#waits.active) {
      await this.#waits.during(() => testService.sleep({ duration }));
    } else {
      await testService.unlockTimeSkippingWithSleep({ duration }, { abortSignal });
    }
  }

  async #end(): Promise<void> {
    this.#sleeps.end(new Error("env.sleep() ended: the test environment is torn down"));
    try {
      await this.connection.close();
    } finally {
      await this.server?.close();
      await this.#devServer?.stop();
    }
  }
}
