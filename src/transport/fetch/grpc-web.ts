import { GrpcStatus, type RpcAnswer, RpcError, type RpcPort, toGrpcStatus } from "../../platform/rpc-port.ts";
import { decodeMessage, encodeTimeout } from "../wire-text.ts";
import { brokenOff, malformed, notTheProtocol } from "./answer-error.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { decodeBinary, FetchedAnswer, type HeaderRules, toMetadata } from "./headers.ts";
import { PostPort } from "./post-port.ts";

const CONTENT_TYPE = "application/grpc-web+proto";
const PREFIX_BYTES = 5;
/** Flags of a frame. */
const COMPRESSED = 1;
const TRAILERS = 0x80;
/** How nearly all answers end, which is not worth a text and a `Headers` for each. */
const NOTHING_BUT_OK = [
  "grpc-status:0\r\n",
  "grpc-status: 0\r\n",
  "grpc-status:0\r\ngrpc-message:\r\n",
  "grpc-status: 0\r\ngrpc-message: \r\n",
].map((text) => new TextEncoder().encode(text));
const OK: Headers = new Headers({ "grpc-status": "0" });
const decoder = new TextDecoder();

/**
 * Calls by gRPC-Web (binary), as the gateway, the embedded server and Envoy serve it.
 *
 * @example
 * ```ts
 * const port = grpcWebPort({ baseUrl: "https://gateway.internal", fetch, maxSendBytes: 4194304, maxReceiveBytes: 134217728 });
 * ```
 */
export function grpcWebPort(options: FetchChannelOptions): RpcPort {
  return new PostPort(options, { headers: HEADERS, body: (_path, { bytes }) => framed(bytes), read });
}

const HEADERS: HeaderRules = {
  fixed: { "content-type": CONTENT_TYPE, "x-grpc-web": "1" },
  timeout: (timeoutMs) => ["grpc-timeout", encodeTimeout(timeoutMs)],
};

function framed(message: Uint8Array): Uint8Array {
  const { length } = message;
  const frame = new Uint8Array(PREFIX_BYTES + length);
  for (let at = 1, shift = 24; at < PREFIX_BYTES; at++, shift -= 8) frame[at] = length >>> shift;
  frame.set(message, PREFIX_BYTES);
  return frame;
}

function read(path: string, answer: FetchAnswer): RpcAnswer {
  const { headers, status, body } = answer;
  const type = headers.get("content-type") ?? "";
  // A gateway may fail a call by headers alone, whatever type it names.
  if (body.length === 0 && headers.has("grpc-status")) throwUnlessOk(path, headers, headers);
  // Nearly always the very same text.
  if (status !== 200 || (type !== CONTENT_TYPE && !/^application\/grpc-web(\+proto)?(;|$)/i.test(type))) {
    throw notTheProtocol(path, "gRPC-Web", answer);
  }
  const { message, trailers } = readFrames(path, body);
  const end = trailers ?? (headers.has("grpc-status") ? headers : undefined);
  if (end === undefined) throw brokenOff(path, "it ends without trailers");
  if (end !== OK) throwUnlessOk(path, end, headers);
  if (message === undefined) throw malformed(path, "it says OK and has no message");
  return new FetchedAnswer(
    message,
    () => toMetadata(headers),
    () => (end === headers ? {} : toMetadata(end)),
  );
}

interface Frames {
  readonly message: Uint8Array | undefined;
  readonly trailers: Headers | undefined;
}

function readFrames(path: string, body: Uint8Array): Frames {
  let message: Uint8Array | undefined;
  for (let at = 0; at < body.length; ) {
    if (body.length - at < PREFIX_BYTES)
      throw brokenOff(path, `${body.length - at} bytes where a frame should begin`);
    const flags = body[at] ?? 0;
    const length = uint32(body, at + 1);
    const payload = body.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + length);
    if (payload.length < length)
      throw brokenOff(path, `a frame cut off at ${payload.length} of ${length} bytes`);
    at += PREFIX_BYTES + length;
    if ((flags & COMPRESSED) !== 0) throw malformed(path, "a compressed frame, which was not asked for");
    if ((flags & TRAILERS) !== 0) {
      if (at < body.length) throw malformed(path, `${body.length - at} bytes after the trailers`);
      return { message, trailers: parseTrailers(path, payload) };
    }
    if (message !== undefined) throw malformed(path, "more than one message");
    message = payload;
  }
  return { message, trailers: undefined };
}

function uint32(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let end = at + 4; at < end; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

function parseTrailers(path: string, payload: Uint8Array): Headers {
  if (NOTHING_BUT_OK.some((known) => isSame(known, payload))) return OK;
  const text = decoder.decode(payload);
  const trailers = new Headers();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const at = line.indexOf(":");
    try {
      trailers.append(line.slice(0, Math.max(at, 0)), line.slice(at + 1).trim());
    } catch (cause) {
      throw malformed(path, `${JSON.stringify(line.slice(0, 100))} is not a trailer`, cause);
    }
  }
  return trailers;
}

function isSame(known: Uint8Array, bytes: Uint8Array): boolean {
  if (known.length !== bytes.length) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== bytes[at]) return false;
  return true;
}

/** Throws the error that trailers tell; `end` may be the headers themselves. */
function throwUnlessOk(path: string, end: Headers, headers: Headers): void {
  const raw = end.get("grpc-status") ?? "";
  if (raw === "0") return;
  if (raw === "") throw malformed(path, "trailers without grpc-status");
  const details = end.get("grpc-status-details-bin");
  throw new RpcError({
    status: /^\d+$/.test(raw) ? toGrpcStatus(Number(raw)) : GrpcStatus.UNKNOWN,
    details: decodeMessage(end.get("grpc-message") ?? ""),
    metadata: { ...toMetadata(headers), ...toMetadata(end) },
    rawStatusDetails: details === null ? undefined : decodeBinary(details),
  });
}
