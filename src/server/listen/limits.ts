/** Most bytes of a request, compressed or not; as in Temporal's frontend. */
export const MAX_REQUEST_BYTES: number = 4 * 1024 * 1024;
/** Answers below this are sent as they are: gzip would hardly make them smaller. */
export const MIN_GZIP_BYTES = 1024;
/**
 * Bytes of requests and answers together that may lie here for one connection: what a peer can make us hold that sends
 * without ending, or asks without reading.
 */
export const MAX_CONNECTION_BYTES: number = 128 * 1024 * 1024;
/** How long a new connection may take to say what it speaks. */
export const FIRST_BYTES_MS = 10_000;
/** How long a request may take to arrive. */
export const REQUEST_MS = 60_000;
/** How long an answer may lie here unread. */
export const ANSWER_MS = 120_000;
/** So many messages are unpacked at a time. */
export const UNPACKED_AT_ONCE = 8;
/** Connections of a listener at a time: few enough for the file descriptors that a system usually gives a program. */
export const MAX_CONNECTIONS = 10_000;
/** So many connections beyond that are told why they are refused, at a time; others are cut without a word. */
export const REFUSED_AT_ONCE = 64;
/** Streams of one connection of HTTP/2 at a time. */
export const MAX_STREAMS = 20_000;
/** Requests of one connection of HTTP/1.1 that are being answered at a time: a peer may send the next before it has read. */
export const MAX_PIPELINED = 32;
/** Most bytes of the settings that begin a connection of HTTP/2. */
export const MAX_SETTINGS_BYTES = 1024;
/** How long a connection may lie idle. */
export const IDLE_MS = 120_000;
