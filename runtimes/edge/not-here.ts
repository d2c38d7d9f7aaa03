import { IllegalStateError } from "../../src/common/errors.ts";

/** What to throw where an edge runtime or a browser lacks something. */
export function notHere(what: string, instead: string): IllegalStateError {
  return new IllegalStateError(`${what} is not available on this runtime: ${instead}`);
}
