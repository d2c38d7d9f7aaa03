import type { Metadata } from "../platform/rpc-port.ts";
import type { Deadline } from "../transport/deadline.ts";
import type { WorkflowService } from "../transport/services.ts";
import {
  type BaseClientOptions,
  ClientScope,
  type ConnectionLike,
  type LoadedBaseClientOptions,
} from "./client-scope.ts";

/** What all clients have: a connection, and scopes with options for the calls made in them. */
export class BaseClient<Own extends object = Record<never, never>> {
  protected readonly scope: ClientScope;
  /** The options in force, defaults filled in. */
  readonly options: LoadedBaseClientOptions & Own;

  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(options: BaseClientOptions | ClientScope, own: Own) {
    this.scope = options instanceof ClientScope ? options : new ClientScope(options);
    this.options = { ...own, ...this.scope.options };
  }

  get connection(): ConnectionLike {
    return this.scope.connection;
  }

  /** Raw calls of the workflow service; the namespace is not filled in. */
  get workflowService(): WorkflowService {
    return this.scope.connection.workflowService;
  }

  /**
   * Sets a deadline for all calls made in `fn`: a `Date`, or milliseconds since the epoch. See `isGrpcDeadlineError`.
   *
   * @example
   * ```ts
   * await client.withDeadline(Date.now() + 5_000, () => client.workflow.start(order, options));
   * ```
   */
  withDeadline<R>(deadline: Deadline, fn: () => Promise<R>): Promise<R> {
    return this.scope.connection.withDeadline(deadline, fn);
  }

  /**
   * Adds metadata to all calls made in `fn`.
   *
   * @example
   * ```ts
   * await client.withMetadata({ "x-team": "billing" }, () => client.workflow.start(order, options));
   * ```
   */
  withMetadata<R>(metadata: Metadata, fn: () => Promise<R>): Promise<R> {
    return this.scope.connection.withMetadata(metadata, fn);
  }

  /**
   * Cancels all calls made in `fn` when the signal is aborted. See `isGrpcCancelledError`.
   *
   * @example
   * ```ts
   * await client.withAbortSignal(AbortSignal.timeout(5_000), () => handle.result());
   * ```
   */
  withAbortSignal<R>(abortSignal: AbortSignal, fn: () => Promise<R>): Promise<R> {
    return this.scope.connection.withAbortSignal(abortSignal, fn);
  }
}
