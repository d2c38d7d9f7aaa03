import type { GatewayCaller } from "./caller.ts";
import type { GatewayLimits } from "./gateway-options.ts";
import { exhausted } from "./refusals.ts";
import type { RpcRule } from "./rpc-rules.ts";
import { TokenBucket } from "./token-bucket.ts";

const NONE = Number.POSITIVE_INFINITY;
/** So many callers are remembered; of more, those are forgotten who were heard of longest ago and have nothing under way. */
const MAX_CALLERS = 10_000;

/** What one caller, or all together, have used. */
class Usage {
  readonly calls: TokenBucket;
  #perSecond: number;
  #maxPolls: number;
  polls = 0;

  constructor(perSecond: number, maxPolls: number, now: number) {
    this.calls = new TokenBucket(perSecond, perSecond, now);
    this.#perSecond = perSecond;
    this.#maxPolls = maxPolls;
  }

  /** Holds to these limits from now on; what was used stays used. */
  adjust(perSecond: number, maxPolls: number, now: number): void {
    this.#maxPolls = maxPolls;
    if (this.#perSecond === perSecond) return;
    this.#perSecond = perSecond;
    this.calls.adjust(perSecond, perSecond, now);
  }

  get hasPoll(): boolean {
    return this.polls < this.#maxPolls;
  }
}

/**
 * Counts calls and polls, of each caller and of all.
 *
 * L1: a call that is refused by one limit takes nothing from another.
 * L2: a caller's limits are those that it was last known with; what it used under others counts.
 * L3: `polls` of a usage are the polls under way; a caller with polls under way is not forgotten.
 */
export class CallLimits {
  readonly #limits: GatewayLimits;
  readonly #all: Usage;
  readonly #callers = new Map<string, Usage>();

  constructor(limits: GatewayLimits, now: number) {
    this.#limits = limits;
    this.#all = new Usage(limits.requestsPerSecond ?? NONE, limits.maxPolls ?? NONE, now);
  }

  /**
   * Lets a call begin; the result is to be called when it has ended.
   *
   * @throws {RpcError} RESOURCE_EXHAUSTED
   */
  begin(caller: GatewayCaller, rule: RpcRule | undefined, now: number): () => void {
    const own = this.#usageOf(caller, now);
    const isPoll = rule?.length === "poll";
    if (!own.calls.has(now)) throw exhausted("requests", `request rate of ${caller.name} exceeded`);
    if (!this.#all.calls.has(now)) throw exhausted("requests", "request rate of the gateway exceeded");
    if (isPoll && !own.hasPoll) throw exhausted("polls", `concurrent polls of ${caller.name} exceeded`);
    if (isPoll && !this.#all.hasPoll) throw exhausted("polls", "concurrent polls of the gateway exceeded");
    own.calls.take();
    this.#all.calls.take();
    if (!isPoll) return noop;
    own.polls += 1;
    this.#all.polls += 1;
    return () => {
      own.polls -= 1;
      this.#all.polls -= 1;
    };
  }

  #usageOf(caller: GatewayCaller, now: number): Usage {
    const perSecond = caller.requestsPerSecond ?? this.#limits.requestsPerSecondPerCaller ?? NONE;
    const maxPolls = caller.maxPolls ?? this.#limits.maxPollsPerCaller ?? NONE;
    const known = this.#callers.get(caller.name);
    if (known !== undefined) {
      known.adjust(perSecond, maxPolls, now);
      // Last in the order of the map: heard of last.
      this.#callers.delete(caller.name);
      this.#callers.set(caller.name, known);
      return known;
    }
    const usage = new Usage(perSecond, maxPolls, now);
    this.#callers.set(caller.name, usage);
    if (this.#callers.size > MAX_CALLERS) this.#forgetOne();
    return usage;
  }

  #forgetOne(): void {
    for (const [name, usage] of this.#callers) {
      if (usage.polls > 0) continue;
      this.#callers.delete(name);
      return;
    }
  }
}

function noop(): void {}
