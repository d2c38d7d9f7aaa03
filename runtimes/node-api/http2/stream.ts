import type { HeaderBlock } from "./header-block.ts";

/**
 * One exchange: a request with one message, and what comes back. The connection keeps its own state of the stream in the
 * first fields; the rest is for whoever sent the request. A call is a stream itself, so that it needs no second object.
 *
 * S1: after one of `onEnd`, `onReset`, `onMalformed`, `onLost`, or after `Http2Connection.cancel`, the stream hears
 *     nothing more, and may be opened again.
 */
export abstract class Http2Stream {
  /** The number on the connection that it was last opened on; 0 before. */
  id = 0;
  /** What the peer still takes of this stream; below 0 after it has made its initial window smaller. */
  sendWindow = 0;
  /** Bytes that were received and not given back to the peer's window. */
  consumedBytes = 0;
  /** How much of the message was written, its prefix included. */
  sentBytes = 0;
  /** Whether the headers of the answer are here. */
  answered = false;

  /** What is sent, as one message of gRPC. */
  abstract readonly message: Uint8Array;

  abstract onHeaders(block: HeaderBlock): void;
  /** A piece of the body, in memory that may be kept. */
  abstract onData(bytes: Buffer, start: number, end: number): void;
  abstract onTrailers(block: HeaderBlock): void;
  /** The answer is complete. */
  abstract onEnd(): void;
  /** The peer ended the stream by an error code, or said by GOAWAY (then REFUSED_STREAM) that it did not look at it. */
  abstract onReset(code: number): void;
  /** The answer breaks the rules of HTTP; the peer was told to stop. */
  abstract onMalformed(problem: string): void;
  /** The connection is gone. `neverSent`: before anything of this stream was given to the socket. */
  abstract onLost(neverSent: boolean): void;
}
