import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Readable } from "node:stream";
import type { RpcPeer } from "../../../src/platform/rpc-port.ts";
import { isGrpcWebText } from "../../../src/server/listen/grpc-web-text.ts";
import { ANSWER_MS, REQUEST_MS } from "../../../src/server/listen/limits.ts";
import { peerBehindProxy } from "../../../src/server/listen/peer.ts";
import {
  BODY_SLACK_BYTES,
  jsonResponse,
  type WebHandler,
  type WebRequest,
  type WebResponse,
} from "../../../src/server/listen/web.ts";
import type { Closing } from "./closing.ts";
import type { WebShare } from "./grpc-session.ts";
import { peerOf } from "./peer.ts";

/** Headers of a connection, which mean nothing in HTTP/2 and are made by the runtime in HTTP/1.1. */
const CONNECTION_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"]);

/** What all web requests of a listener share. */
export interface WebSettings {
  readonly handle: WebHandler;
  readonly maxRequestBytes: number;
  readonly clientAddressHeader: string | undefined;
  /** Whether a connection of HTTP/1.1 serves more than one request. */
  readonly reusesHttp1: boolean;
  /** When the listener closes, what is not answered yet is UNAVAILABLE. */
  readonly closing: Closing;
}

/** Answers a request of HTTP/1.1. */
export async function answerHttp1(
  request: IncomingMessage,
  response: ServerResponse,
  settings: WebSettings,
): Promise<void> {
  const leaving = new AbortController();
  response.on("close", () => leaving.abort());
  response.on("error", () => leaving.abort());
  const { socket } = request;
  const headers = toHeaders(request.headers);
  const peer = peerFor(peerOf(socket), headers, settings);
  const body = await readBody(request, { maxBytes: bodyLimit(request.headers["content-type"], settings) });
  if (body === undefined || socket.destroyed) return;
  const answer = await answerUntilClosing(settings, {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers,
    body: body.bytes,
    signal: leaving.signal,
    secure: "encrypted" in socket,
    peer,
  });
  if (response.destroyed) return;
  // What was not read cannot be told from the next request.
  if (body.cut || settings.closing.begun || !settings.reusesHttp1) response.setHeader("connection", "close");
  response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
  const sent = new Promise<void>((resolve) => response.once("close", () => resolve()));
  const late = setTimeout(() => socket.destroy(), ANSWER_MS).unref();
  response.end(request.method === "HEAD" ? undefined : answer.body);
  await sent;
  clearTimeout(late);
}

/** Answers a request on a stream of HTTP/2. */
export async function answerHttp2(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  settings: WebSettings & { readonly share: WebShare },
): Promise<void> {
  const leaving = new AbortController();
  stream.on("error", () => leaving.abort());
  stream.on("close", () => leaving.abort());
  const maxBytes = bodyLimit(headers["content-type"], settings);
  const { share } = settings;
  const body = await readBody(stream, { maxBytes, hold: share.hold });
  if (body === undefined) return;
  const answer = await answerInTurn(stream, { headers, body: body.bytes, signal: leaving.signal }, settings);
  if (answer === undefined || stream.destroyed || stream.closed) return;
  const head: Record<string, string | number> = { ":status": answer.status };
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!CONNECTION_HEADERS.has(name)) head[name] = value;
  }
  stream.respond(head);
  const late = setTimeout(() => stream.destroy(), ANSWER_MS).unref();
  stream.on("close", () => clearTimeout(late));
  stream.end(answer.body);
  if (body.cut) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** The answer to a request of HTTP/2 when its turn has come; undefined when its sender has left by then. */
async function answerInTurn(
  stream: ServerHttp2Stream,
  request: { readonly headers: IncomingHttpHeaders; readonly body: Uint8Array; readonly signal: AbortSignal },
  settings: WebSettings & { readonly share: WebShare },
): Promise<WebResponse | undefined> {
  const { headers, body, signal } = request;
  const { share } = settings;
  const done = await share.turns.take();
  try {
    if (stream.destroyed || stream.closed) return undefined;
    if (share.full) return overloaded();
    const fields = toHeaders(headers);
    const authority = headers[":authority"];
    if (authority !== undefined) fields.set("host", authority);
    const answer = await answerUntilClosing(settings, {
      method: headers[":method"] ?? "GET",
      target: headers[":path"] ?? "/",
      headers: fields,
      body,
      signal,
      secure: headers[":scheme"] === "https",
      peer: peerFor(share.peer, fields, settings),
    });
    return share.hold(answer.body.length) ? answer : overloaded();
  } finally {
    done();
  }
}

function peerFor(peer: RpcPeer, headers: Headers, { clientAddressHeader }: WebSettings): RpcPeer {
  return clientAddressHeader === undefined ? peer : peerBehindProxy(peer, headers.get(clientAddressHeader));
}

function overloaded(): WebResponse {
  return jsonResponse(503, { code: 8, message: "too many bytes of this connection wait to be sent or read" });
}

/** The answer to a request, or that the server is closing, whichever comes first. */
function answerUntilClosing({ handle, closing }: WebSettings, request: WebRequest): Promise<WebResponse> {
  const unavailable = (): WebResponse => jsonResponse(503, { code: 14, message: "the server is closing" });
  if (closing.begun) return Promise.resolve(unavailable());
  return new Promise((resolve) => {
    const forget = closing.on(() => resolve(unavailable()));
    void handle(request).then(resolve).finally(forget);
  });
}

/** How much of a body is read. Text takes four bytes for three. */
function bodyLimit(contentType: string | undefined, { maxRequestBytes }: WebSettings): number {
  const bytes = isGrpcWebText(contentType) ? Math.ceil(maxRequestBytes / 3) * 4 : maxRequestBytes;
  return bytes + BODY_SLACK_BYTES;
}

/**
 * Reads a body up to a limit; undefined when its sender left, or took too long, or when what its connection may hold is used
 * up: then it is broken off.
 */
function readBody(
  source: Readable,
  { maxBytes, hold = () => true }: { readonly maxBytes: number; readonly hold?: (bytes: number) => boolean },
): Promise<{ readonly bytes: Uint8Array; readonly cut: boolean } | undefined> {
  return new Promise((settle) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => source.destroy(), REQUEST_MS).unref();
    const resolve: typeof settle = (body) => {
      clearTimeout(timer);
      settle(body);
    };
    source.on("data", (chunk: Buffer) => {
      if (length >= maxBytes) return;
      if (!hold(chunk.length)) {
        source.destroy();
        resolve(undefined);
        return;
      }
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes)
        resolve({ bytes: Buffer.concat(chunks, length).subarray(0, maxBytes), cut: true });
    });
    source.on("end", () => resolve({ bytes: Buffer.concat(chunks, length), cut: false }));
    source.on("error", () => resolve(undefined));
    source.on("close", () => resolve(undefined));
  });
}

function toHeaders(from: IncomingHttpHeaders): WebRequest["headers"] {
  const headers = new Headers();
  for (const name in from) {
    const value = from[name];
    if (name.startsWith(":") || value === undefined) continue;
    headers.set(name, typeof value === "string" ? value : value.join(", "));
  }
  return headers;
}
