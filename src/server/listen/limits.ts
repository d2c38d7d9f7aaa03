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
/** How long a connection of HTTP/1.1 may lie idle. */
export const IDLE_MS = 120_000;
