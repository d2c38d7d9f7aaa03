import type { DeadlineWatch } from "./deadlines.ts";
import type { GrpcChannelOptions, RpcPort } from "./rpc-port.ts";

/** A value that follows the asynchronous flow of control. */
export interface AsyncLocal<T> {
  /** The value in force here, or undefined outside of every `run`. */
  get(): T | undefined;
  /** Calls `body` with `value` in force in it and in all that it starts. */
  run<R>(value: T, body: () => R): R;
}

/** What Perdure asks of the runtime it runs on. Chosen by the import of `#platform`, never sniffed. */
export interface Platform {
  /** The runtime's name, for messages and metadata. */
  readonly name: "node" | "bun" | "deno" | "edge";
  /** Opens a gRPC channel; connects at the first call. */
  openGrpc(options: GrpcChannelOptions): RpcPort;
  /**
   * Deadlines of many calls on one timer. Not there where a timer belongs to the request that it was made in and ends with it, as in
   * workerd, or might keep something open.
   */
  watchDeadlines?(): DeadlineWatch;
  /** Makes a value that follows the asynchronous flow of control. */
  asyncLocal<T>(): AsyncLocal<T>;
  /** Who we are, for the server and its UI: `<pid>@<hostname>`. */
  identity(): string;
  /** An environment variable. */
  env(name: string): string | undefined;
}
