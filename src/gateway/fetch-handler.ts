import { GrpcStatus, RpcError } from "../platform/rpc-port.ts";
import { isGrpcWebText } from "../server/listen/grpc-web-text.ts";
import { grpcContentType } from "../server/listen/grpc-wire.ts";
import { peerBehindProxy } from "../server/listen/peer.ts";
import { BODY_SLACK_BYTES, jsonResponse, type WebHandler, type WebResponse } from "../server/listen/web.ts";

/** What a handler needs to know. */
export interface FetchHandlerOptions {
  readonly maxRequestBytes: number;
  readonly clientAddressHeader: string | undefined;
}

/**
 * Makes a handler for hosts whose servers are functions from a request to a response. Such hosts send no trailers, so that gRPC
 * itself does not go over them.
 */
export function createFetchHandler(
  handle: WebHandler,
  { maxRequestBytes, clientAddressHeader }: FetchHandlerOptions,
): (request: Request, info?: unknown) => Promise<Response> {
  return async (request, info) => {
    const contentType = request.headers.get("content-type");
    if (grpcContentType(contentType ?? undefined) !== undefined) return toResponse(noGrpc());
    const limit = isGrpcWebText(contentType) ? Math.ceil(maxRequestBytes / 3) * 4 : maxRequestBytes;
    const { pathname, search, host, protocol } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.set("host", host);
    const body = await readBody(request.body, limit + BODY_SLACK_BYTES);
    const response = await handle({
      method: request.method,
      target: pathname + search,
      headers,
      body,
      signal: request.signal,
      secure: protocol === "https:",
      peer: peerBehindProxy(
        { address: addressOf(request, info), certificate: undefined },
        clientAddressHeader === undefined ? undefined : headers.get(clientAddressHeader),
      ),
    });
    return toResponse(response);
  };
}

/** Who calls, by what hosts pass along: Deno the address itself, Bun its server, which knows it. */
function addressOf(request: Request, info: unknown): string | undefined {
  const { remoteAddr, requestIP } = (typeof info === "object" && info !== null ? info : {}) as {
    readonly remoteAddr?: { readonly hostname?: unknown };
    readonly requestIP?: unknown;
  };
  if (typeof remoteAddr?.hostname === "string") return remoteAddr.hostname;
  if (typeof requestIP !== "function") return undefined;
  const found: unknown = requestIP.call(info, request);
  const { address } = (found ?? {}) as { readonly address?: unknown };
  return typeof address === "string" ? address : undefined;
}

function noGrpc(): WebResponse {
  const { details, status } = new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details: "gRPC needs HTTP/2 with trailers, which this host does not have; use gRPC-Web or Connect",
  });
  return jsonResponse(415, { code: status, message: details });
}

function toResponse({ status, headers, body }: WebResponse): Response {
  const { "content-length": _, ...kept } = headers;
  // Answers without a body must not have an empty one either.
  const hasBody = status !== 204 && status !== 304;
  // The bytes are ours alone: what the DOM's types call a view of an ArrayBuffer.
  return new Response(hasBody ? (body as Uint8Array<ArrayBuffer>) : null, { status, headers: kept });
}

/** Reads a body up to a limit; what comes after that is given up. */
async function readBody(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (stream !== null) {
    const reader = stream.getReader();
    while (length < maxBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
    if (length >= maxBytes) await reader.cancel();
  }
  const all = new Uint8Array(Math.min(length, maxBytes));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk.subarray(0, maxBytes - at), at);
    at += Math.min(chunk.length, maxBytes - at);
  }
  return all;
}
