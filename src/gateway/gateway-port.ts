// Invariants
// P1. What reaches the upstream has passed, in this order: authentication, access, limits. Nothing is sent before.
// P2. A call is in `#underWay` from its beginning until its caller has the answer; its end counts it once in the metrics and the log.
// P3. A caller who leaves ends the call upstream at once; so does a drain that has waited long enough, for polls.
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../platform/rpc-port.ts";
import type { ConnectionRpc } from "../transport/connection.ts";
import type { Authenticate } from "./authenticate.ts";
import { callTime } from "./call-times.ts";
import { accessRefusal, type GatewayCaller, unknownMethodRefusal } from "./caller.ts";
import type { GatewayLogEntry } from "./gateway-options.ts";
import type { CallLimits } from "./limits.ts";
import type { MetadataRules } from "./metadata-rules.ts";
import type { GatewayMetrics } from "./metrics.ts";
import { GatewayRefusal, refuse, shortened } from "./refusals.ts";
import { NO_FACTS, readFacts } from "./request-facts.ts";
import { findRule, HEALTH_CHECK_PATH, isKnownService, type RpcRule } from "./rpc-rules.ts";

/** What a gateway's port is made of. */
export interface GatewayPortParts {
  readonly upstream: ConnectionRpc;
  readonly authenticate: Authenticate;
  readonly metadata: MetadataRules;
  readonly limits: CallLimits;
  readonly metrics: GatewayMetrics;
  readonly maxPollMs: number;
  readonly maxResponseBytes: number;
  readonly log: ((entry: GatewayLogEntry) => void) | undefined;
  /** Answers `grpc.health.v1.Health/Check`. */
  readonly health: (request: Uint8Array) => Promise<RpcAnswer>;
}

/** A call under way. */
interface Call {
  readonly path: string;
  readonly rule: RpcRule | undefined;
  readonly since: number;
  readonly requestBytes: number;
  /** Ends it upstream. */
  readonly leaving: AbortController;
  readonly address: string | undefined;
  caller: GatewayCaller | undefined;
  namespace: string | undefined;
}

const EMPTY: RpcAnswer = { bytes: new Uint8Array(0), headers: {}, trailers: {} };
/** Headers of the server that are of use to a caller. */
const ANSWERED: readonly string[] = [
  "x-resource-exhausted-cause",
  "x-resource-exhausted-scope",
  "retry-after",
];

/** The gateway as a port: policy in front of another port. */
export class GatewayPort implements RpcPort {
  readonly #parts: GatewayPortParts;
  readonly #underWay = new Set<Call>();
  #draining = false;
  #onIdle: (() => void) | undefined;

  constructor(parts: GatewayPortParts) {
    this.#parts = parts;
  }

  get draining(): boolean {
    return this.#draining;
  }

  async unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    if (path === HEALTH_CHECK_PATH) return this.#parts.health(bytes);
    const rule = findRule(path);
    const call: Call = {
      path: rule === undefined ? "unknown" : path,
      rule,
      since: performance.now(),
      requestBytes: bytes.length,
      leaving: new AbortController(),
      address: options.peer?.address,
      caller: undefined,
      namespace: undefined,
    };
    this.#begin(call);
    try {
      const answer = await this.#admitAndSend(call, { path, bytes, options });
      this.#end(call, { answer });
      return answer;
    } catch (error) {
      this.#end(call, { error });
      throw toCaller(error);
    }
  }

  /** Takes no new calls, and resolves when those under way have ended: polls after `graceMs` at the latest, with empty answers. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    if (this.#underWay.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    const timer = setTimeout(() => {
      for (const { leaving } of this.#underWay) leaving.abort();
    }, graceMs);
    await idle;
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    await this.drain(0);
  }

  async #admitAndSend(call: Call, request: Request): Promise<RpcAnswer> {
    if (this.#draining) throw refuse(GrpcStatus.UNAVAILABLE, "the gateway is shutting down");
    const { path, bytes, options } = request;
    const { rule } = call;
    const metadata = options.metadata ?? {};
    if (rule === undefined && !isKnownService(path)) {
      throw refuse(GrpcStatus.UNIMPLEMENTED, `the gateway passes on no calls of ${shortened(path)}`);
    }
    call.caller = await this.#parts.authenticate({ metadata, path, peer: options.peer });
    const facts = rule === undefined ? NO_FACTS : readFacts(rule, bytes);
    call.namespace = facts.namespaces.at(-1);
    const refusal =
      rule === undefined ? unknownMethodRefusal(call.caller, path) : accessRefusal(call.caller, rule, facts);
    if (refusal !== undefined) throw refusal;
    const done = this.#parts.limits.begin(call.caller, rule, performance.now());
    try {
      return await this.#send(call, request, this.#metadataFor(call, metadata));
    } finally {
      done();
    }
  }

  /** A server, or what routes to it, may go by the header: it says what the request says. */
  #metadataFor({ namespace, caller }: Call, metadata: Metadata): Metadata {
    const selected = this.#parts.metadata.select(metadata);
    if (namespace !== undefined) selected["temporal-namespace"] = namespace;
    else if (caller?.namespaces !== undefined) delete selected["temporal-namespace"];
    return selected;
  }

  async #send(call: Call, { path, bytes, options }: Request, metadata: Metadata): Promise<RpcAnswer> {
    const { upstream, maxPollMs, maxResponseBytes } = this.#parts;
    const { timeoutMs, own } = callTime(call.rule, options.timeoutMs, maxPollMs);
    const { signal } = options;
    const leave = (): void => call.leaving.abort();
    if (signal?.aborted) leave();
    signal?.addEventListener("abort", leave);
    try {
      const { signal: leaving } = call.leaving;
      const answer = await upstream.unary(path, bytes, {
        metadata,
        timeoutMs,
        signal: leaving,
        retry: false,
      });
      if (answer.bytes.length <= maxResponseBytes)
        return { ...answer, headers: kept(answer.headers), trailers: {} };
      throw refuse(
        GrpcStatus.RESOURCE_EXHAUSTED,
        `grpc: received message larger than max (${answer.bytes.length} vs. ${maxResponseBytes})`,
      );
    } catch (error) {
      if (call.rule?.length === "poll" && this.#endedByUs(error, own)) return EMPTY;
      if (error instanceof RpcError && error.reason === "aborted" && !signal?.aborted) {
        throw refuse(GrpcStatus.UNAVAILABLE, "the gateway is shutting down", error);
      }
      throw error;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Whether a poll ended because the gateway had said how long it may take, or is about to close. */
  #endedByUs(error: unknown, own: boolean): boolean {
    if (!(error instanceof RpcError)) return false;
    if (error.status === GrpcStatus.DEADLINE_EXCEEDED) return own;
    return error.reason === "aborted" && this.#draining;
  }

  #begin(call: Call): void {
    this.#underWay.add(call);
    this.#parts.metrics.begin(isLong(call));
  }

  #end(call: Call, { answer, error }: { readonly answer?: RpcAnswer; readonly error?: unknown }): void {
    this.#underWay.delete(call);
    if (this.#underWay.size === 0) this.#onIdle?.();
    const { metrics, log } = this.#parts;
    const status = answer !== undefined ? GrpcStatus.OK : statusOf(error);
    const durationMs = performance.now() - call.since;
    const method = call.rule?.name ?? "unknown";
    // A namespace counts by its name only when the server took it for one: callers could make up any number.
    const namespace = status === GrpcStatus.OK ? (call.namespace ?? "") : "";
    metrics.end({ method, namespace, status, durationMs, long: isLong(call) });
    log?.({
      timeMs: Date.now(),
      path: call.path,
      namespace: call.namespace === undefined ? undefined : shortened(call.namespace),
      caller: call.caller?.name,
      address: call.address,
      status,
      error: answer !== undefined ? undefined : ownWords(error),
      durationMs,
      requestBytes: call.requestBytes,
      responseBytes: answer?.bytes.length ?? 0,
    });
  }
}

/** A call as it came in. */
interface Request {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly options: RpcCallOptions;
}

function isLong({ rule }: Call): boolean {
  return rule !== undefined && rule.length !== "short";
}

function kept(metadata: Metadata): Metadata {
  const result: Record<string, string> = {};
  for (const name of ANSWERED) {
    const value = metadata[name];
    if (typeof value === "string") result[name] = value;
  }
  return result;
}

function statusOf(error: unknown): GrpcStatus {
  return error instanceof RpcError ? error.status : GrpcStatus.INTERNAL;
}

/** What the log may say: the server's own messages can hold what users gave it. */
function ownWords(error: unknown): string | undefined {
  if (error instanceof GatewayRefusal) return withCause(error.details, error.cause);
  if (error instanceof RpcError) return error.reason === "server" ? undefined : error.details;
  return error instanceof Error ? error.message : String(error);
}

function withCause(text: string, cause: unknown): string {
  return cause instanceof Error ? `${text}: ${cause.message}` : text;
}

/** The error as the caller gets it: status, message and details as they came, and of its metadata what is of use. */
function toCaller(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  const { status, rawStatusDetails, reason } = error;
  // What this side found of an answer's size is told as a server tells it, and no caller asks for it again.
  const details =
    reason === "message-too-large"
      ? `grpc: received message larger than max: ${error.details}`
      : error.details;
  return new RpcError({ status, details, rawStatusDetails, metadata: kept(error.metadata), cause: error });
}
