/** The kinds of frames (RFC 9113, section 6). */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** Flags of frames. A bit means different things in different kinds. */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Bytes before each payload. */
export const FRAME_HEAD_BYTES = 9;
/** The largest payload that every peer takes, and the largest that we take. */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;
/** The largest window, and the largest stream id. */
export const MAX_INT31 = 0x7fff_ffff;

/** A frame, or a piece of a DATA frame, as the reader shows it. There is one per reader, used again for each frame. */
export interface Frame {
  type: number;
  flags: number;
  streamId: number;
  /** Bytes of the whole payload. */
  length: number;
  /** Where this piece begins in the payload: 0, but for the further pieces of a DATA frame. */
  offset: number;
  /** What holds the piece, from `start` to `end`. */
  bytes: Buffer;
  start: number;
  end: number;
}
