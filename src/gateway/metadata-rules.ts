import type { Metadata, MetadataValue } from "../platform/rpc-port.ts";

/** Metadata of callers that the server gets. What gates its behaviour goes on unchanged: names, versions, features. */
const FORWARDED: readonly string[] = [
  "baggage",
  "client-name",
  "client-version",
  "supported-features",
  "supported-server-versions",
  "temporal-experiment",
  "temporal-namespace",
  "tracestate",
  "traceparent",
  "x-request-id",
];
/** A caller's own credentials: for the server only where the server is who checks them. */
const CREDENTIALS: readonly string[] = ["authorization", "authorization-extras"];
/**
 * What no option may let in: names by which the servers of a cluster trust each other, and what belongs to one connection, to
 * the transport, or to the browser.
 */
const NEVER =
  /^(:|grpc-|connect-|content-|accept|proxy-|sec-|x-forwarded-|temporal-principal-|grpcgateway-)|^(caller-name|caller-type|call-initiation|connection|cookie|set-cookie|forwarded|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|user-agent|via|x-real-ip)$/;
const KEY = /^[0-9a-z_.-]+$/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Whether nothing may let a name in. */
export function isForbidden(name: string): boolean {
  return NEVER.test(name) || !KEY.test(name);
}

/** Chooses, of what a caller sends, what the server gets. */
export class MetadataRules {
  readonly #allowed: readonly string[];

  /**
   * @param more names besides the usual ones, in lower case; none of them forbidden
   * @param credentials whether the caller's authorization goes on
   */
  constructor(more: readonly string[], credentials: boolean) {
    this.#allowed = [...new Set([...FORWARDED, ...(credentials ? CREDENTIALS : []), ...more])];
  }

  /** What of a call's metadata goes on; a value that HTTP cannot carry again is left out. */
  select(metadata: Metadata): Record<string, MetadataValue> {
    const selected: Record<string, MetadataValue> = {};
    for (const name of this.#allowed) {
      const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
      if (value === undefined) continue;
      if (name.endsWith("-bin") ? value instanceof Uint8Array : isText(value)) selected[name] = value;
    }
    return selected;
  }
}

function isText(value: MetadataValue): boolean {
  return typeof value === "string" && PRINTABLE.test(value);
}
