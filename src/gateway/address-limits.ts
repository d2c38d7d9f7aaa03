// Invariants
// A1. What is remembered is bounded: of addresses and of good tokens the oldest are forgotten first.
// A2. An address is out of tries while it has failed more often than it may; only who came in by the same token the last time gets past.
import type { GatewayLimits } from "./gateway-options.ts";
import { exhausted } from "./refusals.ts";
import { TokenBucket } from "./token-bucket.ts";

const DEFAULT_FAILURES_PER_MINUTE = 60;
const MAX_ADDRESSES = 10_000;
const MAX_GOOD = 10_000;
/** Longer ones are not remembered. */
const MAX_TOKEN_LENGTH = 4_096;
const SECONDS = 60;

/** What one address has used. */
interface Use {
  readonly calls: TokenBucket;
  readonly failures: TokenBucket;
}

/**
 * Limits that hold before it is known who calls, by address: how often somebody may call at all, and how often with a token that is
 * not good. Who has shown a good one is not kept out by others at the same address, such as those behind one proxy.
 */
export class AddressLimits {
  readonly #callsPerSecond: number;
  readonly #failuresPerMinute: number;
  readonly #uses = new Map<string, Use>();
  readonly #good = new Set<string>();

  constructor({ requestsPerSecondPerAddress, failuresPerMinutePerAddress }: GatewayLimits) {
    this.#callsPerSecond = requestsPerSecondPerAddress ?? Number.POSITIVE_INFINITY;
    this.#failuresPerMinute = failuresPerMinutePerAddress ?? DEFAULT_FAILURES_PER_MINUTE;
  }

  /**
   * Lets somebody try.
   *
   * @throws {RpcError} RESOURCE_EXHAUSTED
   */
  admit(address: string | undefined, token: string | undefined, now: number): void {
    const { calls, failures } = this.#useOf(address, now);
    if (!calls.has(now)) throw exhausted("requests", "request rate of this address exceeded");
    if (!failures.has(now) && (token === undefined || !this.#good.has(token))) {
      throw exhausted("requests", "too many calls of this address were not let in");
    }
    calls.take();
  }

  /** They were nobody who may call, or are so no longer. */
  failed(address: string | undefined, token: string | undefined, now: number): void {
    if (token !== undefined) this.#good.delete(token);
    const { failures } = this.#useOf(address, now);
    failures.has(now);
    failures.take();
  }

  /** They were somebody who may. */
  succeeded(token: string | undefined): void {
    if (token === undefined || token.length > MAX_TOKEN_LENGTH || this.#good.has(token)) return;
    this.#good.add(token);
    forgetOldest(this.#good, MAX_GOOD);
  }

  #useOf(address: string | undefined, now: number): Use {
    const key = networkOf(address);
    let use = this.#uses.get(key);
    if (use === undefined) {
      use = {
        calls: new TokenBucket(this.#callsPerSecond, this.#callsPerSecond, now),
        failures: new TokenBucket(this.#failuresPerMinute / SECONDS, this.#failuresPerMinute, now),
      };
    } else {
      this.#uses.delete(key);
    }
    // Last in the order of the map: heard of last.
    this.#uses.set(key, use);
    forgetOldest(this.#uses, MAX_ADDRESSES);
    return use;
  }
}

/** Of IPv6 the network: whoever has one of its addresses has all of them. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return "unknown";
  if (address === "::1") return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = (address.split("%", 1)[0] ?? "").toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

function forgetOldest(collection: Map<string, unknown> | Set<string>, most: number): void {
  if (collection.size <= most) return;
  for (const oldest of collection.keys()) {
    collection.delete(oldest);
    return;
  }
}
