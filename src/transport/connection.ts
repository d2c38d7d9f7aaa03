import { platform } from "#platform";
import type { GetSystemInfoResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../platform/rpc-port.ts";
import { type ApiKey, checkApiKey, sendWithApiKey } from "./api-key.ts";
import { BorrowedPort } from "./borrowed-port.ts";
import { anySignal, CallScopes } from "./call-scopes.ts";
import {
  type ConnectionOptions,
  connectionMetadata,
  DEFAULT_RETRY,
  RETRY_ONLY,
  type ResolvedConnectionOptions,
  resolveConnectionOptions,
} from "./connection-options.ts";
import { remainingMs, toEpochMs } from "./deadline.ts";
import { openFetchPort } from "./fetch/open-fetch-port.ts";
import { type MessageRpcPort, takesMessages } from "./message-rpc.ts";
import { normalizeMetadata } from "./metadata.ts";
import { type GrpcRetryOptions, isRetryableError, withRetry } from "./retry.ts";
import type { Invoke, InvokeMessage, InvokeOptions } from "./service.ts";
import { ServiceError } from "./service-error.ts";
import {
  type HealthService,
  type OperatorService,
  Services,
  type TestService,
  type WorkflowService,
} from "./services.ts";
import { chainInterceptors, type UnaryCall, type UnaryNext } from "./unary-call.ts";

/** Options of a call of encoded messages. */
export interface RawCallOptions extends RpcCallOptions {
  /** Sent as `temporal-namespace`. */
  readonly namespace?: string | undefined;
  /** As in {@link CallOptions}. */
  readonly retry?: GrpcRetryOptions | false | undefined;
}

/** The bytes port of a connection: its metadata, API key and interceptors apply. */
export interface ConnectionRpc extends RpcPort {
  unary(path: string, bytes: Uint8Array, options: RawCallOptions): Promise<RpcAnswer>;
}

/** What a call is sent with. */
type CallTerms = Pick<UnaryCall, "metadata" | "deadline" | "signal" | "retry">;

/** While connecting, for as long as `connectTimeout` allows: close together, since somebody waits. */
const CONNECT_RETRY: GrpcRetryOptions = {
  delayFunction: (attempt) => Math.min(1_000, 100 * 1.7 ** attempt) * (0.8 + 0.4 * Math.random()),
  retryableDecider: (_attempt, error) => isRetryableError(error),
};

/**
 * A connection to a Temporal server, for clients and workers alike. It reconnects by itself, and keeps more than one
 * HTTP/2 connection only where the server limits the calls on one.
 *
 * K1: what a call is sent with (deadline, metadata, signal) is fixed when it begins; the API key is asked for at each
 *     attempt.
 * K2: a failed attempt to connect is forgotten: the next {@link Connection.ensureConnected} tries anew.
 *
 * @example
 * ```ts
 * const connection = await Connection.connect({ address: "localhost:7233" });
 * const info = await connection.workflowService.getSystemInfo({});
 * await connection.close();
 * ```
 */
export class Connection extends CallScopes {
  /** The options in force, defaults filled in. */
  readonly options: ResolvedConnectionOptions;
  /** Calls of encoded messages, as workers make them. */
  readonly rpc: ConnectionRpc;
  readonly #port: RpcPort;
  readonly #services: Services;
  readonly #send: UnaryNext;
  #apiKey: ApiKey | undefined;
  #metadata: Metadata;
  /** By namespace; frozen, by which the channel knows that it meets them again. */
  readonly #namespaceMetadata: Map<string, Metadata> = new Map();
  #connecting: Promise<void> | undefined;
  #systemInfo: GetSystemInfoResponse | undefined;

  /**
   * Connects, and asks the server what it is; the usual way to begin.
   *
   * @throws {ServiceError} when the server could not be reached within `connectTimeout`; `cause` tells why
   * @throws TypeError when an option is not usable
   *
   * @example
   * ```ts
   * const connection = await Connection.connect({ address: "my-namespace.acct.tmprl.cloud:7233", apiKey: key });
   * ```
   */
  static async connect(options: ConnectionOptions = {}): Promise<Connection> {
    const connection = Connection.lazy(options);
    try {
      await connection.ensureConnected();
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /**
   * Makes a connection that connects at its first call.
   *
   * @throws TypeError when an option is not usable
   *
   * @example
   * ```ts
   * const connection = Connection.lazy({ address: "temporal.internal" });
   * ```
   */
  static lazy(options: ConnectionOptions = {}): Connection {
    return new Connection(resolveConnectionOptions(options));
  }

  protected constructor(options: ResolvedConnectionOptions) {
    super(platform.asyncLocal());
    this.options = options;
    this.#port = openPort(options.channel);
    this.#apiKey = options.apiKey;
    this.#metadata = options.metadata;
    this.#send = chainInterceptors(options.interceptors, this.#transmit);
    // Interceptors of users see bytes, which are made for them then.
    const plain = options.interceptors === RETRY_ONLY && takesMessages(this.#port);
    this.#services = new Services({
      bytes: this.#invoke,
      message: plain ? this.#messagesOf(this.#port) : undefined,
    });
    this.rpc = {
      unary: (path, bytes, { timeoutMs, signal, metadata, namespace, retry }) =>
        this.#invoke(path, bytes, {
          metadata,
          namespace,
          retry,
          abortSignal: signal,
          deadline: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
        }),
      close: () => this.close(),
    };
  }

  /** Raw calls of the workflow service. The namespace of a request is also sent as metadata. */
  get workflowService(): WorkflowService {
    return this.#services.workflow;
  }

  /** Raw calls of the operator service. */
  get operatorService(): OperatorService {
    return this.#services.operator;
  }

  /** Raw calls of the test service, which only time-skipping test servers have. */
  get testService(): TestService {
    return this.#services.test;
  }

  /** Raw calls of the gRPC health service. */
  get healthService(): HealthService {
    return this.#services.health;
  }

  /** What the server said about itself; undefined until connected, and with servers too old to say. */
  get systemInfo(): GetSystemInfoResponse | undefined {
    return this.#systemInfo;
  }

  /**
   * Resolves when the server has answered once. After a failure, calling it again tries again.
   *
   * @throws {ServiceError} when the server could not be reached within `connectTimeout`; `cause` tells why
   *
   * @example
   * ```ts
   * const connection = Connection.lazy();
   * await connection.ensureConnected();
   * ```
   */
  ensureConnected(): Promise<void> {
    this.#connecting ??= this.#askSystemInfo().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  /**
   * Sets the API key of all calls from now on.
   *
   * @throws TypeError when it is empty
   *
   * @example
   * ```ts
   * connection.setApiKey(() => vault.read("temporal-key"));
   * ```
   */
  setApiKey(apiKey: ApiKey): void {
    this.#apiKey = checkApiKey(apiKey, "apiKey");
  }

  /**
   * Replaces the metadata of all calls from now on.
   *
   * @throws TypeError when a key or value cannot be sent
   *
   * @example
   * ```ts
   * connection.setMetadata({ "x-team": "billing" });
   * ```
   */
  setMetadata(metadata: Metadata): void {
    this.#metadata = connectionMetadata(metadata);
    this.#namespaceMetadata.clear();
  }

  /**
   * Ends the connection. Calls under way, and later ones, fail with UNAVAILABLE.
   *
   * @example
   * ```ts
   * await connection.close();
   * ```
   */
  close(): Promise<void> {
    return this.#port.close();
  }

  readonly #invoke: Invoke = (path, bytes, options) => {
    const { metadata, deadline, signal, retry } = this.#termsOf(options);
    return this.#send({ path, bytes, metadata, deadline, signal, retry });
  };

  /** Sends messages with the retries that a connection has where it was given no interceptors. */
  #messagesOf(port: MessageRpcPort): InvokeMessage {
    return (path, request, options) => {
      const terms = this.#termsOf(options);
      const attempt = (): Promise<unknown> =>
        this.#attempt(terms, (rpcOptions) => port.message(path, request, rpcOptions));
      const policy = terms.retry ?? DEFAULT_RETRY;
      return policy === false ? attempt() : withRetry(terms, policy, attempt);
    };
  }

  #termsOf(options: InvokeOptions): CallTerms {
    const scope = this.scope();
    return {
      metadata: this.#callMetadata(options, scope?.metadata),
      deadline: options.deadline === undefined ? scope?.deadline : toEpochMs(options.deadline),
      signal: anySignal(scope?.signal, options.abortSignal),
      retry: options.retry,
    };
  }

  /** The last link of the chain: one attempt. */
  readonly #transmit: UnaryNext = (call) =>
    this.#attempt(call, (options) => this.#port.unary(call.path, call.bytes, options));

  #attempt<Answer>(
    { metadata, deadline, signal }: CallTerms,
    transmit: (options: RpcCallOptions) => Promise<Answer>,
  ): Promise<Answer> {
    const send = (sent: Metadata): Promise<Answer> =>
      transmit({ timeoutMs: remainingMs(deadline), signal, metadata: sent });
    const apiKey = this.#apiKey;
    if (apiKey === undefined || metadata["authorization"] !== undefined) return send(metadata);
    return sendWithApiKey(apiKey, metadata, send);
  }

  #callMetadata(options: InvokeOptions, scope: Metadata | undefined): Metadata {
    const { namespace, metadata } = options;
    if (scope === undefined && metadata === undefined) {
      return namespace === undefined ? this.#metadata : this.#metadataOf(namespace);
    }
    return {
      ...(namespace !== undefined && { "temporal-namespace": namespace }),
      ...this.#metadata,
      ...scope,
      ...(metadata && normalizeMetadata(metadata, "metadata")),
    };
  }

  #metadataOf(namespace: string): Metadata {
    let metadata = this.#namespaceMetadata.get(namespace);
    if (metadata === undefined) {
      metadata = Object.freeze({ "temporal-namespace": namespace, ...this.#metadata });
      this.#namespaceMetadata.set(namespace, metadata);
    }
    return metadata;
  }

  async #askSystemInfo(): Promise<void> {
    const { address, connectTimeoutMs } = this.options;
    const deadline = Date.now() + connectTimeoutMs;
    try {
      this.#systemInfo = await withRetry({ deadline, signal: this.scope()?.signal }, CONNECT_RETRY, () =>
        this.workflowService.getSystemInfo({}, { deadline, retry: false }),
      );
    } catch (error) {
      if (error instanceof RpcError && error.status === GrpcStatus.UNIMPLEMENTED) return;
      const why = error instanceof RpcError ? error.details : String(error);
      throw new ServiceError(`Failed to connect to Temporal server at ${address}: ${why}`, { cause: error });
    }
  }
}

function openPort(channel: ResolvedConnectionOptions["channel"]): RpcPort {
  switch (channel.kind) {
    case "grpc":
      return platform.openGrpc(channel.options);
    case "fetch":
      return openFetchPort(channel.protocol, { ...channel.options, deadlines: platform.watchDeadlines?.() });
    case "transport":
      return new BorrowedPort(channel.transport);
  }
}

/** The same class under the name that it has in the official SDK's worker package. */
export const NativeConnection: typeof Connection = Connection;
/** The same class under the name that it has in the official SDK's worker package. */
export type NativeConnection = Connection;
