import { jsonResponse, type WebRequest, type WebResponse } from "./web.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;
/** Names that no name server of somebody else's answers for, and addresses. */
const SAFE = /^((.+\.)?localhost\.?|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.%]+\])$/;

/**
 * Whether a host is this machine only.
 *
 * @example
 * ```ts
 * isLoopback("127.0.0.1"); // true
 * ```
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Which names a server on this machine answers to. A web page may have the name of its own site mean 127.0.0.1 after it was loaded
 * (DNS rebinding): for its browser the server is then of the page's own origin. The name is still the site's, and is seen here.
 */
export class HostNames {
  readonly #any: boolean;
  readonly #listed: ReadonlySet<string>;

  /**
   * @param listensOn where the server listens; it is only checked what comes to this machine alone
   * @param origins those listed: their names may be used too
   */
  constructor(listensOn: string, origins: readonly string[]) {
    this.#any = !isLoopback(listensOn) || origins.includes("*");
    this.#listed = new Set(origins.map((origin) => nameOf(origin.replace(/^[a-z]+:\/\//i, ""))));
  }

  /** The answer to a request under a name that is not ours. */
  intercept({ headers }: WebRequest): WebResponse | undefined {
    const host = headers.get("host");
    if (this.#any || host === null || host === "") return undefined;
    const name = nameOf(host);
    if (SAFE.test(name) || this.#listed.has(name)) return undefined;
    const message = `Host not allowed: ${JSON.stringify(host.slice(0, 200))} is no name of this machine alone; list its origin to allow it`;
    return jsonResponse(403, { code: 7, message });
  }
}

/** A host without its port, in lower case. */
function nameOf(host: string): string {
  return host.replace(/\/$/, "").replace(/:\d*$/, "").toLowerCase();
}
