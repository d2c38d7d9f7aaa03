import { ShortLivedMap } from "../../../src/platform/short-lived-map.ts";
import { Http2Code, Http2Error } from "./error-codes.ts";
import { DEFAULT_MAX_FRAME_BYTES, Flag, type Frame, FrameType, MAX_INT31 } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { contentOf, HeaderAssembly } from "./header-assembly.ts";
import type { HeaderBlock } from "./header-block.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { type HeaderList, HpackEncoder } from "./hpack-encoder.ts";
import { Output, readUint32, writeUint32 } from "./output.ts";
import { applySettings, initialPeerSettings, type PeerSettings, Setting } from "./peer-settings.ts";
import type { Http2Stream } from "./stream.ts";
import { Uploads } from "./uploads.ts";

/** Who is told what happens on a connection. Streams hear of their own turns first. */
export interface ConnectionOwner {
  /** Bytes are about to wait: `take` them soon. */
  outputBegins(): void;
  /** The peer's first SETTINGS, or changed ones. */
  settingsReceived(settings: Readonly<PeerSettings>): void;
  /** A stream is over, also one that was cancelled. */
  streamClosed(): void;
  goawayReceived(goaway: Goaway): void;
  pongReceived(): void;
  /** The connection cannot go on; the peer has been told in what is still to be taken. */
  failed(error: Http2Error): void;
}

/** What a GOAWAY said. */
export interface Goaway {
  readonly code: number;
  readonly lastStreamId: number;
  readonly text: string;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
/** How much a peer may send ahead of us, for one stream and for all together. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
const INITIAL_WINDOW_BYTES = 65_535;
/** Error details travel in trailers; Temporal's may hold whole failures. */
const MAX_HEADER_LIST_BYTES = 128 * 1024;
/** Answers to PING and SETTINGS that may wait for a peer that asks but does not read. */
const MAX_WAITING_ACKS = 10_000;
const MAX_GOAWAY_TEXT = 200;

const HEADERS = FrameType.HEADERS << 8;
const CONTINUATION = FrameType.CONTINUATION << 8;

/**
 * The client's side of one HTTP/2 connection (RFC 9113), without any I/O: bytes come in by `receive` and go out by `take`.
 *
 * H1: `#streams` holds the streams that are open on at least one side, and nothing is kept of closed ones: an odd id below
 *     `#nextId` that is not in it is closed, and what still comes for it is ignored, but counted and decoded.
 * H2: a stream leaves `#streams` before it is told that it is over, and the owner is told after it.
 * H3: header blocks are encoded and decoded in the order of the wire, each exactly once.
 * H4: after `failed` nothing is received, and only the GOAWAY is still to be taken.
 * H5: what is received is taken at once; it is given back to the peer's window when half of that is used up, so that small
 *     answers cost no WINDOW_UPDATE.
 */
export class Http2Connection {
  readonly #owner: ConnectionOwner;
  readonly #output: Output;
  readonly #reader = new FrameReader((frame) => this.#onFrame(frame));
  readonly #encoder = new HpackEncoder();
  readonly #decoder = new HpackDecoder(MAX_HEADER_LIST_BYTES);
  readonly #assembly = new HeaderAssembly();
  readonly #peer: PeerSettings = initialPeerSettings();
  readonly #uploads: Uploads;
  readonly #streams = new ShortLivedMap<number, Http2Stream>();
  #nextId: number;
  /** The highest id of which something was taken. */
  #takenId = 0;
  /** Bytes that were received and not given back to the peer's window. */
  #consumed = 0;
  #waitingAcks = 0;
  #failed = false;

  /** @param firstStreamId for tests of what happens when ids run out */
  constructor(owner: ConnectionOwner, firstStreamId = 1) {
    this.#owner = owner;
    this.#nextId = firstStreamId;
    this.#output = new Output(() => owner.outputBegins());
    this.#uploads = new Uploads(this.#output, DEFAULT_MAX_FRAME_BYTES);
  }

  /** Whether there are no more ids for streams. */
  get exhausted(): boolean {
    return this.#nextId > MAX_INT31;
  }

  /** The largest list of headers that the peer takes. */
  get maxHeaderListBytes(): number {
    return this.#peer.maxHeaderListBytes;
  }

  /** Greets the peer. */
  begin(): void {
    const output = this.#output;
    const settings = [
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
      [Setting.MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_BYTES],
    ] as const;
    PREFACE.copy(output.slab, output.reserve(PREFACE.length));
    let at = output.frame(FrameType.SETTINGS << 8, 0, settings.length * 6);
    for (const [id, value] of settings) {
      output.slab[at] = 0;
      output.slab[at + 1] = id;
      writeUint32(output.slab, at + 2, value);
      at += 6;
    }
    this.#giveBack(0, CONNECTION_WINDOW_BYTES - INITIAL_WINDOW_BYTES);
  }

  /** Takes what the socket delivers. Never throws: what is wrong with it is told to the owner. */
  receive(chunk: Buffer): void {
    if (this.#failed) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail(
        error instanceof Http2Error
          ? error
          : new Http2Error(Http2Code.INTERNAL_ERROR, `reading failed: ${String(error)}`, { cause: error }),
      );
    }
  }

  /**
   * Sends a request: `list`, then `extra`, a block of headers that is the same with any table, then the stream's
   * message. Only while the connection is not exhausted.
   */
  open(stream: Http2Stream, list: HeaderList, extra: Buffer | undefined): void {
    stream.id = this.#nextId;
    stream.sendWindow = this.#peer.initialWindowBytes;
    stream.consumedBytes = 0;
    stream.sentBytes = 0;
    stream.answered = false;
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    const block = this.#encoder.encode(list);
    const length = block.length + (extra?.length ?? 0);
    if (length > this.#peer.maxFrameBytes) {
      this.#writeLongBlock(stream.id, extra ? Buffer.concat([block, extra]) : block);
    } else {
      const at = this.#output.frame(HEADERS | Flag.END_HEADERS, stream.id, length);
      block.copy(this.#output.slab, at);
      extra?.copy(this.#output.slab, at + block.length);
    }
    this.#uploads.begin(stream);
  }

  /** Ends a stream that is not wanted any more; does nothing when it is over already. */
  cancel(stream: Http2Stream): void {
    if (this.#streams.get(stream.id) !== stream) return;
    this.#reset(stream, Http2Code.CANCEL);
    this.#owner.streamClosed();
  }

  /** Asks for a sign of life. */
  ping(): void {
    const at = this.#output.frame(FrameType.PING << 8, 0, 8);
    this.#output.slab.fill(0, at, at + 8);
  }

  /** Says that no more is coming. */
  leave(code: number, text = ""): void {
    const words = Buffer.from(text.slice(0, MAX_GOAWAY_TEXT));
    const at = this.#output.frame(FrameType.GOAWAY << 8, 0, 8 + words.length);
    writeUint32(this.#output.slab, at, 0);
    writeUint32(this.#output.slab, at + 4, code);
    words.copy(this.#output.slab, at + 8);
  }

  /** All that is to be sent; it must not be touched any more once `recycle` was called. */
  take(): Buffer {
    this.#takenId = this.#nextId - 2;
    return this.#output.take();
  }

  /** Nothing of what was taken is in use any more. */
  recycle(): void {
    this.#output.recycle();
  }

  /** The socket took what was given to it; `false`: it wants no more before the next call of this. */
  flushed(ready: boolean): void {
    if (ready) {
      this.#waitingAcks = 0;
      this.#uploads.release();
    } else {
      this.#uploads.hold();
    }
  }

  /** The socket is gone: so is every stream. */
  lose(): void {
    this.#failed = true;
    for (const stream of this.#streams.values()) {
      if (!this.#remove(stream)) continue;
      stream.onLost(stream.id > this.#takenId);
      this.#owner.streamClosed();
    }
  }

  #onFrame(frame: Frame): void {
    if (this.#failed) return;
    const { type, streamId } = frame;
    if (this.#assembly.streamId !== 0) {
      if (type !== FrameType.CONTINUATION || streamId !== this.#assembly.streamId) {
        throw broken(`frame of type ${type} in the middle of headers`);
      }
      const block = this.#assembly.add(frame);
      if (block)
        this.#onBlock(block.streamId, block.endStream, this.#decoder.decode(block.bytes, 0, block.end));
      return;
    }
    switch (type) {
      case FrameType.DATA:
        this.#onData(frame);
        break;
      case FrameType.HEADERS:
        this.#onHeaders(frame);
        break;
      case FrameType.RST_STREAM:
        this.#onReset(frame);
        break;
      case FrameType.SETTINGS:
        this.#onSettings(frame);
        break;
      case FrameType.PING:
        this.#onPing(frame);
        break;
      case FrameType.GOAWAY:
        this.#onGoaway(frame);
        break;
      case FrameType.WINDOW_UPDATE:
        this.#onWindowUpdate(frame);
        break;
      case FrameType.PUSH_PROMISE:
        throw broken("PUSH_PROMISE, which was switched off");
      case FrameType.CONTINUATION:
        throw broken("CONTINUATION without headers before it");
      default:
        // PRIORITY means nothing any more, and unknown kinds are to be ignored.
        return;
    }
  }

  #onData(frame: Frame): void {
    const stream = this.#streamOf(frame);
    const { length, offset, flags } = frame;
    if (offset === 0) {
      this.#consumed += length;
      if (this.#consumed > CONNECTION_WINDOW_BYTES / 2) {
        this.#giveBack(0, this.#consumed);
        this.#consumed = 0;
      }
    }
    const { start, end } = contentOf(frame);
    if (stream === undefined) return;
    // Some servers end with an empty frame what they never began; that is an end like any other without a status.
    if (!stream.answered && end > start) {
      this.#malformed(stream, "a body without headers");
      return;
    }
    const ending = (flags & Flag.END_STREAM) !== 0;
    if (offset === 0) {
      stream.consumedBytes += length;
      if (!ending && stream.consumedBytes > STREAM_WINDOW_BYTES / 2) {
        this.#giveBack(stream.id, stream.consumedBytes);
        stream.consumedBytes = 0;
      }
    }
    const last = offset + frame.end - frame.start === length;
    if (end > start) stream.onData(frame.bytes, start, end);
    if (ending && last) this.#end(stream);
  }

  #onHeaders(frame: Frame): void {
    this.#checkId(frame);
    let { start, end } = contentOf(frame);
    if (frame.flags & Flag.PRIORITY) {
      start += 5;
      if (start > end) throw tooShort(frame);
    }
    if (!(frame.flags & Flag.END_HEADERS)) {
      this.#assembly.begin(frame, start, end);
      return;
    }
    const block = this.#decoder.decode(frame.bytes, start, end);
    this.#onBlock(frame.streamId, (frame.flags & Flag.END_STREAM) !== 0, block);
  }

  #onBlock(streamId: number, endStream: boolean, block: HeaderBlock): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (block.problem !== undefined) {
      this.#malformed(stream, block.problem);
      return;
    }
    const status = block.get(":status");
    if (stream.answered) {
      if (status !== undefined) {
        this.#malformed(stream, "a second answer");
        return;
      }
      if (!endStream) {
        this.#malformed(stream, "trailers that are not the end");
        return;
      }
      stream.onTrailers(block);
    } else {
      if (status === undefined || !/^[1-9]\d\d$/.test(status)) {
        this.#malformed(stream, `:status ${JSON.stringify(status ?? "missing")}`);
        return;
      }
      if (status.startsWith("1")) {
        // Information on the way; the answer is still to come.
        if (endStream) this.#malformed(stream, `:status ${status} as the end`);
        return;
      }
      stream.answered = true;
      stream.onHeaders(block);
    }
    if (endStream) this.#end(stream);
  }

  #onReset(frame: Frame): void {
    if (frame.length !== 4) throw wrongSize(frame);
    const stream = this.#streamOf(frame);
    if (stream === undefined || !this.#remove(stream)) return;
    stream.onReset(readUint32(frame.bytes, frame.start));
    this.#owner.streamClosed();
  }

  #onSettings(frame: Frame): void {
    if (frame.streamId !== 0) throw broken(`SETTINGS on stream ${frame.streamId}`);
    const isAck = (frame.flags & Flag.ACK) !== 0;
    if (isAck ? frame.length !== 0 : frame.length % 6 !== 0) throw wrongSize(frame);
    if (isAck) return;
    const before = this.#peer.initialWindowBytes;
    applySettings(frame, this.#peer);
    this.#encoder.allow(this.#peer.headerTableBytes);
    this.#uploads.limitFrames(this.#peer.maxFrameBytes);
    this.#countAck();
    // The new windows hold for the peer from the answer on: what they allow must not come before it.
    this.#output.frame((FrameType.SETTINGS << 8) | Flag.ACK, 0, 0);
    this.#shiftWindows(this.#peer.initialWindowBytes - before);
    this.#owner.settingsReceived(this.#peer);
  }

  /** A changed initial window counts for the streams that are open as well; theirs may fall below 0. */
  #shiftWindows(delta: number): void {
    if (delta === 0) return;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += delta;
      if (stream.sendWindow > MAX_INT31) {
        throw new Http2Error(
          Http2Code.FLOW_CONTROL_ERROR,
          `the window of stream ${stream.id} grew too large`,
        );
      }
    }
    this.#uploads.resume();
  }

  #onPing(frame: Frame): void {
    if (frame.streamId !== 0) throw broken(`PING on stream ${frame.streamId}`);
    if (frame.length !== 8) throw wrongSize(frame);
    if (frame.flags & Flag.ACK) {
      this.#owner.pongReceived();
      return;
    }
    this.#countAck();
    const at = this.#output.frame((FrameType.PING << 8) | Flag.ACK, 0, 8);
    frame.bytes.copy(this.#output.slab, at, frame.start, frame.end);
  }

  #countAck(): void {
    this.#waitingAcks += 1;
    if (this.#waitingAcks > MAX_WAITING_ACKS) {
      throw new Http2Error(
        Http2Code.ENHANCE_YOUR_CALM,
        `${MAX_WAITING_ACKS} PING and SETTINGS whose answers are not read`,
      );
    }
  }

  #onGoaway(frame: Frame): void {
    if (frame.streamId !== 0) throw broken(`GOAWAY on stream ${frame.streamId}`);
    if (frame.length < 8) throw tooShort(frame);
    const lastStreamId = readUint32(frame.bytes, frame.start) & MAX_INT31;
    const code = readUint32(frame.bytes, frame.start + 4);
    const text = frame.bytes.toString(
      "utf8",
      frame.start + 8,
      Math.min(frame.end, frame.start + 8 + MAX_GOAWAY_TEXT),
    );
    this.#owner.goawayReceived({ code, lastStreamId, text });
    for (const stream of this.#streams.values()) {
      if (stream.id <= lastStreamId || !this.#remove(stream)) continue;
      stream.onReset(Http2Code.REFUSED_STREAM);
      this.#owner.streamClosed();
    }
  }

  #onWindowUpdate(frame: Frame): void {
    if (frame.length !== 4) throw wrongSize(frame);
    const bytes = readUint32(frame.bytes, frame.start) & MAX_INT31;
    if (bytes === 0) throw broken(`WINDOW_UPDATE by 0 on stream ${frame.streamId}`);
    if (frame.streamId === 0) {
      this.#uploads.credit(bytes);
      return;
    }
    const stream = this.#streamOf(frame);
    if (stream) this.#uploads.creditStream(stream, bytes);
  }

  /** The stream of a frame; undefined when it is closed. */
  #streamOf(frame: Frame): Http2Stream | undefined {
    const stream = this.#streams.get(frame.streamId);
    if (stream === undefined) this.#checkId(frame);
    return stream;
  }

  /** A peer may speak only of streams that we have opened. */
  #checkId({ type, streamId }: Frame): void {
    if (streamId % 2 === 1 && streamId < this.#nextId) return;
    throw broken(`frame of type ${type} on stream ${streamId}, which was never opened`);
  }

  /** The peer has said all. What it has not heard by now, it does not want to hear. */
  #end(stream: Http2Stream): void {
    if (!this.#streams.delete(stream.id)) return;
    if (this.#uploads.end(stream)) this.#writeReset(stream.id, Http2Code.CANCEL);
    stream.onEnd();
    this.#owner.streamClosed();
  }

  #malformed(stream: Http2Stream, problem: string): void {
    this.#reset(stream, Http2Code.PROTOCOL_ERROR);
    stream.onMalformed(problem);
    this.#owner.streamClosed();
  }

  #reset(stream: Http2Stream, code: number): void {
    this.#remove(stream);
    if (!this.#failed) this.#writeReset(stream.id, code);
  }

  #remove(stream: Http2Stream): boolean {
    if (this.#streams.get(stream.id) !== stream) return false;
    this.#uploads.end(stream);
    return this.#streams.delete(stream.id);
  }

  #fail(error: Http2Error): void {
    this.#failed = true;
    this.leave(error.http2Code, error.message);
    this.#owner.failed(error);
  }

  #writeReset(streamId: number, code: number): void {
    this.#output.uint32Frame(FrameType.RST_STREAM << 8, streamId, code);
  }

  #giveBack(streamId: number, bytes: number): void {
    this.#output.uint32Frame(FrameType.WINDOW_UPDATE << 8, streamId, bytes);
  }

  /** Headers that need more than one frame. */
  #writeLongBlock(streamId: number, block: Buffer): void {
    const most = DEFAULT_MAX_FRAME_BYTES;
    for (let from = 0; from < block.length; from += most) {
      const to = Math.min(from + most, block.length);
      const kind = from === 0 ? HEADERS : CONTINUATION;
      const flags = to === block.length ? Flag.END_HEADERS : 0;
      const at = this.#output.frame(kind | flags, streamId, to - from);
      block.copy(this.#output.slab, at, from, to);
    }
  }
}

function broken(what: string): Http2Error {
  return new Http2Error(Http2Code.PROTOCOL_ERROR, what);
}

function wrongSize({ type, length }: Frame): Http2Error {
  return new Http2Error(Http2Code.FRAME_SIZE_ERROR, `frame of type ${type} with ${length} bytes`);
}

function tooShort({ type, length }: Frame): Http2Error {
  return new Http2Error(Http2Code.FRAME_SIZE_ERROR, `frame of type ${type} with only ${length} bytes`);
}
