import type { DeadlineWatch } from "../../platform/deadlines.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How to reach a server over `fetch`. */
export interface FetchChannelOptions {
  /** `https://host:port/prefix`, without a slash at its end. */
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** Largest request in bytes, before what the protocol adds. */
  readonly maxSendBytes: number;
  /** Largest answer in bytes. */
  readonly maxReceiveBytes: number;
  /** Watches the deadlines of its calls. Default: each call has a timer of its own. */
  readonly deadlines?: DeadlineWatch | undefined;
}
