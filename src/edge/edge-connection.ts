import { checkOptionalRecord, checkText } from "../client/check-options.ts";
import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type { PayloadCodec } from "../converter/payload-codec.ts";
import { defaultPayloadConverter } from "../converter/sync/default-payload-converter.ts";
import type { FailureConverter } from "../converter/sync/failure-converter.ts";
import type { PayloadConverter } from "../converter/sync/payload-converter.ts";
import type { Metadata, RpcCallOptions } from "../platform/rpc-port.ts";
import { type ApiKey, checkApiKey, sendWithApiKey } from "../transport/api-key.ts";
import { CLIENT_NAME, CLIENT_VERSION } from "../transport/client-info.ts";
import { remainingMs, toEpochMs } from "../transport/deadline.ts";
import type { Fetch, FetchChannelOptions } from "../transport/fetch/fetch-options.ts";
import { normalizeMetadata } from "../transport/metadata.ts";
import { defaultGrpcRetryOptions, withRetry } from "../transport/retry.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeRpc } from "./edge-rpc.ts";

/** How payloads are made and read. */
export interface EdgeDataConverter {
  /** Default: the same as everywhere: JSON, bytes, and nothing. */
  readonly payloadConverter?: PayloadConverter | undefined;
  /** Default: the same as everywhere; part of the bundle only with functions that give results. */
  readonly failureConverter?: FailureConverter | undefined;
  /** Applied in this order to encode, in reverse to decode. Default: none. */
  readonly payloadCodecs?: readonly PayloadCodec[] | undefined;
}

/** Where calls go, and for whom. */
export interface EdgeOptions {
  /** `https://host:port`, with a path if there is one before Temporal's. */
  readonly address: string;
  /** Default `"default"`. */
  readonly namespace?: string | undefined;
  /** Sent as `authorization: Bearer <key>`. A function is asked for every attempt. */
  readonly apiKey?: ApiKey | undefined;
  /** Sent with every call; keys in any case. */
  readonly metadata?: Metadata | undefined;
  /** Who we are, for histories and the UI. Default `"perdure@edge"`. */
  readonly identity?: string | undefined;
  /** What to send requests with, for example that of a binding. Default: the runtime's own. */
  readonly fetch?: Fetch | undefined;
  readonly dataConverter?: EdgeDataConverter | undefined;
}

/** A namespace of a server, reached by one protocol. It holds no sockets: make one for each request or one for all. */
export interface EdgeConnection {
  readonly namespace: string;
  readonly identity: string;
  readonly dataConverter: EdgeDataConverter & { readonly payloadConverter: PayloadConverter };
  /** One call of the workflow service, with retries. */
  call<Response>(rpc: EdgeRpc<Response>, request: object, options?: CallOptions): Promise<Response>;
}

/** Sends one attempt of a call. */
export type Send = <Response>(
  rpc: EdgeRpc<Response>,
  request: object,
  options: RpcCallOptions,
) => Promise<Response>;

/** Temporal's own limit for requests. */
const MAX_SEND_BYTES = 4 * 1024 * 1024;
const MAX_RECEIVE_BYTES = 128 * 1024 * 1024;

/**
 * Makes a connection of a protocol.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 */
export function edgeConnection(
  options: EdgeOptions,
  open: (channel: FetchChannelOptions) => Send,
): EdgeConnection {
  checkOptionalRecord(options, "options");
  const { namespace = "default", identity = "perdure@edge", apiKey, dataConverter = {} } = options;
  checkText(namespace, "namespace");
  checkText(identity, "identity");
  if (apiKey !== undefined) checkApiKey(apiKey, "apiKey");
  const send = open({
    baseUrl: baseUrl(options.address),
    // Unbound, which browsers and workerd insist on.
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    maxSendBytes: MAX_SEND_BYTES,
    maxReceiveBytes: MAX_RECEIVE_BYTES,
  });
  const own: Metadata = Object.freeze({
    "temporal-namespace": namespace,
    "client-name": CLIENT_NAME,
    "client-version": CLIENT_VERSION,
    ...normalizeMetadata(options.metadata ?? {}, "metadata"),
  });
  const policy = defaultGrpcRetryOptions();
  return {
    namespace,
    identity,
    dataConverter: {
      ...dataConverter,
      payloadConverter: dataConverter.payloadConverter ?? defaultPayloadConverter,
    },
    call(rpc, request, call = {}) {
      const { abortSignal: signal, retry = policy } = call;
      const deadline = call.deadline === undefined ? undefined : toEpochMs(call.deadline);
      const metadata = call.metadata ? { ...own, ...normalizeMetadata(call.metadata, "metadata") } : own;
      const attempt = (sent: Metadata) =>
        send(rpc, request, { metadata: sent, signal, timeoutMs: remainingMs(deadline) });
      const once = () =>
        apiKey === undefined || metadata["authorization"] !== undefined
          ? attempt(metadata)
          : sendWithApiKey(apiKey, metadata, attempt);
      return retry === false ? once() : withRetry({ deadline, signal }, retry, once);
    },
  };
}

function baseUrl(address: unknown): string {
  const url = typeof address === "string" && /^https?:\/\//i.test(address) ? parsed(address) : undefined;
  if (url === undefined || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new ValueError(
      `address is ${showValue(address)}; it must be "https://host:port", or "http://…", without user, query and fragment`,
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
