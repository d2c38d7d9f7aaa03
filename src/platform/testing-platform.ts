/** What a runtime must give to test environments; chosen by `#platform/testing`. Implemented under `runtimes/<name>/testing.ts`. */
export interface TestingPlatform {
  /** File of the workflow interceptors that turn failed assertions into failures of the workflow. */
  assertionInterceptors(): string;
  /** A port of `host` that was free a moment ago. */
  freePort(host: string): Promise<number>;
  /** Starts a program that serves until it is stopped; it ends with this process at the latest. */
  startServer(command: string, args: readonly string[]): ServerProcess;
}

/** A server in a process of its own. */
export interface ServerProcess {
  /** Resolves when the process is gone, or could not be started, with words for why: the end of what it printed included. */
  readonly ended: Promise<string>;
  /** Asks it to end, and after a few seconds ends it; resolves when it is gone. Safe to call again. */
  stop(): Promise<void>;
}
