import { Http2Code, Http2Error } from "./error-codes.ts";
import { DEFAULT_MAX_FRAME_BYTES, type Frame, MAX_INT31 } from "./frame.ts";
import { DEFAULT_TABLE_BYTES } from "./hpack-static.ts";
import { readUint32 } from "./output.ts";

/** Numbers of settings (RFC 9113, section 6.5.2). */
export const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** What a peer has said that it takes. */
export interface PeerSettings {
  headerTableBytes: number;
  /** Infinity when the peer has not said. */
  maxConcurrentStreams: number;
  initialWindowBytes: number;
  maxFrameBytes: number;
  /** Infinity when the peer has not said. */
  maxHeaderListBytes: number;
}

const MAX_FRAME_BYTES = 0xff_ffff;

/** What holds before a peer has said anything. */
export function initialPeerSettings(): PeerSettings {
  return {
    headerTableBytes: DEFAULT_TABLE_BYTES,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowBytes: 65_535,
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
    maxHeaderListBytes: Number.POSITIVE_INFINITY,
  };
}

/** Takes over what a SETTINGS frame says; throws Http2Error for values that are not allowed. */
export function applySettings(frame: Frame, settings: PeerSettings): void {
  const { bytes, end } = frame;
  for (let at = frame.start; at < end; at += 6) {
    applySetting((bytes[at]! << 8) | bytes[at + 1]!, readUint32(bytes, at + 2), settings);
  }
}

function applySetting(id: number, value: number, settings: PeerSettings): void {
  switch (id) {
    case Setting.HEADER_TABLE_SIZE:
      settings.headerTableBytes = value;
      break;
    case Setting.ENABLE_PUSH:
      if (value !== 0) throw wrong("ENABLE_PUSH", value);
      break;
    case Setting.MAX_CONCURRENT_STREAMS:
      settings.maxConcurrentStreams = value;
      break;
    case Setting.INITIAL_WINDOW_SIZE:
      if (value > MAX_INT31) throw wrong("INITIAL_WINDOW_SIZE", value, Http2Code.FLOW_CONTROL_ERROR);
      settings.initialWindowBytes = value;
      break;
    case Setting.MAX_FRAME_SIZE:
      if (value < DEFAULT_MAX_FRAME_BYTES || value > MAX_FRAME_BYTES) throw wrong("MAX_FRAME_SIZE", value);
      settings.maxFrameBytes = value;
      break;
    case Setting.MAX_HEADER_LIST_SIZE:
      settings.maxHeaderListBytes = value;
      break;
    default:
      // Settings that are not known are to be ignored.
      break;
  }
}

function wrong(name: string, value: number, code: number = Http2Code.PROTOCOL_ERROR): Http2Error {
  return new Http2Error(code, `SETTINGS with ${name} ${value}`);
}
