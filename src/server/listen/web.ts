import type { RpcPeer } from "../../platform/rpc-port.ts";
import type { WebPage } from "../../platform/server-platform.ts";

/** A request that is not gRPC, read to its end. */
export interface WebRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly headers: Headers;
  /** Cut off a little above the limit for requests. */
  readonly body: Uint8Array;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  readonly secure: boolean;
  /** Who asks. */
  readonly peer: RpcPeer;
}

/** Its answer. */
export interface WebResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Answers requests that are not gRPC. Never rejects. */
export type WebHandler = (request: WebRequest) => Promise<WebResponse>;

/** How much more than the limit of a request is read of it, so that it is seen to be too large. */
export const BODY_SLACK_BYTES = 1024;

const encoder = new TextEncoder();

/** An answer in JSON. */
export function jsonResponse(status: number, json: unknown): WebResponse {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: encoder.encode(JSON.stringify(json)) };
}

/** An answer that no cache may keep. */
export function pageResponse({ status, contentType, text }: WebPage): WebResponse {
  const headers = { "content-type": contentType, "cache-control": "no-store" };
  return { status, headers, body: encoder.encode(text) };
}
