/** Real time, as the server sees it: a port, so that tests can hold it still. */
export interface Wall {
  /** Milliseconds since the epoch; never goes back. */
  now(): number;
  /** Calls `fire` once, after at least `ms` milliseconds (0 to 2^31-1); gives what takes it back. */
  after(ms: number, fire: () => void): () => void;
}
