import { Http2Code } from "../http2/error-codes.ts";
import { FRAME_HEAD_BYTES, FrameType } from "../http2/frame.ts";

/** Seconds after which a client of HTTP/1.1 may come again. */
const RETRY_S = 1;

/** What a connection is told for which there is no room, in words of the protocol that it speaks; nothing comes after it. */
export function refusalOf(http2: boolean, max: number): Buffer {
  const text = `${max} connections are open, which is as many as there may be (maxConnections)`;
  if (http2)
    return Buffer.concat([frame(FrameType.SETTINGS, Buffer.alloc(0)), frame(FrameType.GOAWAY, goAway(text))]);
  const body = `${text}\n`;
  const head = [
    "HTTP/1.1 503 Service Unavailable",
    "content-type: text/plain; charset=utf-8",
    `content-length: ${body.length}`,
    `retry-after: ${RETRY_S}`,
    "connection: close",
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** That no stream was begun, and why. */
function goAway(text: string): Buffer {
  const codes = Buffer.alloc(8);
  codes.writeUInt32BE(Http2Code.ENHANCE_YOUR_CALM, 4);
  return Buffer.concat([codes, Buffer.from(text)]);
}

/** A frame of the connection as a whole, without flags. */
function frame(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  return Buffer.concat([head, payload]);
}
