import { clearTimeout, setTimeout } from "node:timers";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import { connectError } from "./connect-error.ts";
import { openSession, type Session, type SessionWatcher } from "./session.ts";

/** A call that wants a stream. Exactly one of the two is called, at once or later, unless it is withdrawn. */
export interface StreamSeeker {
  /** Room on `session` is reserved for this call. */
  start(session: Session): void;
  fail(error: RpcError): void;
}

/** What the pool holds, for tests and logs. */
export interface PoolStats {
  /** Connections that stand, retired ones included. */
  readonly sessions: number;
  readonly connecting: number;
  readonly waiting: number;
}

const FIRST_BACK_OFF_MS = 50;
const MAX_BACK_OFF_MS = 2_000;

/**
 * The connections of one channel.
 *
 * P1: a call gets the first session with room; sessions fill in the order in which they were opened, so that surplus
 *     ones fall idle.
 * P2: a call waits only while something is under way that can serve it: an attempt to connect, a back-off before one,
 *     or a full session.
 * P3: a call fails for want of a connection only after an attempt that overlapped its waiting has failed, and no
 *     session stands.
 * P4: attempts after a failure keep a growing, jittered distance; an established session resets it.
 * P5: nothing here holds the process open unless a call waits or an attempt runs.
 */
export class SessionPool implements SessionWatcher {
  readonly #settings: ChannelSettings;
  /** Sessions that take calls. */
  readonly #open = new Set<Session>();
  /** Sessions that only finish theirs. */
  readonly #retired = new Set<Session>();
  readonly #attempts = new Set<AbortController>();
  readonly #waiting = new Set<StreamSeeker>();
  #failures = 0;
  /** When, by `performance.now()`, the next attempt may begin. */
  #notBefore = 0;
  #backOff: NodeJS.Timeout | undefined;
  #streamsPerSession: number;
  #closing: { readonly done: Promise<void>; readonly resolve: () => void } | undefined;
  #lastFailure: RpcError | undefined;

  constructor(settings: ChannelSettings) {
    this.#settings = settings;
    this.#streamsPerSession = settings.maxConnectionCalls;
  }

  get stats(): PoolStats {
    return {
      sessions: this.#open.size + this.#retired.size,
      connecting: this.#attempts.size,
      waiting: this.#waiting.size,
    };
  }

  /** Why the last attempt to connect failed, for a call whose time runs out while it waits. */
  get lastFailure(): RpcError | undefined {
    return this.#lastFailure;
  }

  /** Gives `seeker` a stream, now if there is room. */
  submit(seeker: StreamSeeker): void {
    if (this.#closing) {
      seeker.fail(closedError());
      return;
    }
    for (const session of this.#open) {
      if (session.room > 0) {
        session.reserve();
        seeker.start(session);
        return;
      }
    }
    this.#waiting.add(seeker);
    this.#connectAsNeeded();
  }

  /** Forgets a call that no longer wants a stream. */
  withdraw(seeker: StreamSeeker): void {
    this.#waiting.delete(seeker);
    if (this.#waiting.size === 0 && this.#backOff) this.#clearBackOff();
  }

  /** Ends everything. The promise resolves when no connection is left. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.done;
    let resolve = (): void => {};
    const done = new Promise<void>((settle) => {
      resolve = settle;
    });
    this.#closing = { done, resolve };
    this.#clearBackOff();
    this.#failWaiting(closedError());
    for (const attempt of this.#attempts) attempt.abort(closedError());
    for (const session of [...this.#open, ...this.#retired]) session.destroy(closedError());
    this.#resolveClose();
    return done;
  }

  sessionFreed(session: Session): void {
    if (session.limit > 0)
      this.#streamsPerSession = Math.min(session.limit, this.#settings.maxConnectionCalls);
    if (this.#open.has(session)) this.#serve(session);
  }

  sessionRetired(session: Session): void {
    if (!this.#open.delete(session)) return;
    this.#retired.add(session);
    this.#connectAsNeeded();
  }

  sessionClosed(session: Session): void {
    this.#open.delete(session);
    this.#retired.delete(session);
    this.#resolveClose();
    this.#connectAsNeeded();
  }

  #serve(session: Session): void {
    for (const seeker of this.#waiting) {
      if (session.room <= 0) return;
      this.#waiting.delete(seeker);
      session.reserve();
      seeker.start(session);
    }
  }

  #connectAsNeeded(): void {
    if (this.#waiting.size === 0 || this.#backOff || this.#closing) return;
    if (this.#failures > 0 && this.#attempts.size === 0) {
      this.#startBackOff();
      return;
    }
    const unlimited = this.#streamsPerSession === Number.POSITIVE_INFINITY;
    const wanted = unlimited ? 1 : Math.ceil(this.#waiting.size / this.#streamsPerSession);
    const allowed = this.#settings.maxConnections - this.#open.size;
    const enough = this.#failures > 0 ? 1 : Math.min(wanted, allowed);
    while (this.#attempts.size < enough) void this.#connect();
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempts.add(attempt);
    const { connectTimeoutMs, authority } = this.#settings;
    const timer = setTimeout(
      () => {
        attempt.abort(new Error(`no connection to ${authority} within ${connectTimeoutMs} ms`));
      },
      Math.min(connectTimeoutMs, 2 ** 31 - 1),
    );
    try {
      const session = await openSession({ settings: this.#settings, watcher: this }, attempt.signal);
      this.#attempts.delete(attempt);
      this.#onConnected(session);
    } catch (error) {
      this.#attempts.delete(attempt);
      this.#onConnectFailed(
        error instanceof RpcError ? error : connectError(`cannot connect to ${authority}`, error),
      );
    } finally {
      clearTimeout(timer);
    }
    this.#resolveClose();
  }

  #onConnected(session: Session): void {
    if (this.#closing) {
      this.#retired.add(session);
      session.destroy(closedError());
      return;
    }
    // A server on its way down may accept and leave at once; without a back-off that would be a tight loop.
    if (session.lost || session.retired) {
      this.#onConnectFailed(session.lost ?? leavingError(this.#settings));
      return;
    }
    this.#failures = 0;
    this.#lastFailure = undefined;
    this.#clearBackOff();
    this.#open.add(session);
    this.#serve(session);
    this.#connectAsNeeded();
  }

  #onConnectFailed(error: RpcError): void {
    if (this.#closing) return;
    const backOffMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(this.#failures, 10));
    this.#notBefore = performance.now() + backOffMs * (0.8 + 0.4 * Math.random());
    this.#failures += 1;
    this.#lastFailure = error;
    if (this.#attempts.size > 0) return;
    if (this.#open.size === 0) this.#failWaiting(error);
    else this.#connectAsNeeded();
  }

  #startBackOff(): void {
    const waitMs = this.#notBefore - performance.now();
    if (waitMs <= 0) return void this.#connect();
    this.#backOff = setTimeout(() => {
      this.#backOff = undefined;
      if (this.#waiting.size > 0) void this.#connect();
    }, waitMs);
  }

  #clearBackOff(): void {
    clearTimeout(this.#backOff);
    this.#backOff = undefined;
  }

  #failWaiting(error: RpcError): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const seeker of waiting) seeker.fail(error);
  }

  #resolveClose(): void {
    if (this.#open.size + this.#retired.size + this.#attempts.size === 0) this.#closing?.resolve();
  }
}

function leavingError(settings: ChannelSettings): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: `${settings.authority} takes no calls: it sent GOAWAY as soon as it was connected`,
    reason: "connect-failed",
  });
}

function closedError(): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: "the connection was closed by its owner",
    reason: "closed",
  });
}
