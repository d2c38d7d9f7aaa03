/**
 * Language flags: how this SDK and the official one change their own behaviour without breaking recorded histories.
 * Numbers and meanings are the official TypeScript SDK's (D2).
 *
 * F1. A flag is reported only once code has asked for it while not replaying, or when history already has it.
 * F2. An answer that comes from an alternative condition is not recorded.
 */
export interface SdkFlag {
  readonly id: number;
  readonly default: boolean;
  /** Turns the flag on in replay of tasks whose SDK had the behaviour but did not record the flag. */
  readonly alternatively?: (facts: TaskFacts) => boolean;
}

/** What is known of the task being run or replayed. */
export interface TaskFacts {
  readonly isReplaying: boolean;
  readonly buildId: string | undefined;
  readonly sdkVersion: string;
}

const builtBy1110 = (facts: TaskFacts): boolean =>
  facts.buildId !== undefined && /^@temporalio\/worker@1\.11\.[01]\+/.test(facts.buildId);

const since =
  (...wanted: readonly [number, number, number]) =>
  (facts: TaskFacts): boolean => {
    const match = /(\d+)\.(\d+)\.(\d+)/.exec(facts.sdkVersion);
    if (match === null) return false;
    for (const [index, floor] of wanted.entries()) {
      const part = Number(match[index + 1]);
      if (part !== floor) return part > floor;
    }
    return true;
  };

/**
 * Cancelling a non-cancellable scope does not reach what is inside; `withTimeout` cancels its timer when the function
 * ends first; `setTimeout` is a `sleep` in a scope of its own.
 */
export const SHIELDED_SCOPES: SdkFlag = { id: 1, default: true, alternatively: builtBy1110 };
/** All jobs of an activation are applied in one go; without it, signals come first and are drained by themselves. */
export const SINGLE_BATCH: SdkFlag = { id: 2, default: true, alternatively: builtBy1110 };
/** The OpenTelemetry interceptors trace inbound signals. */
export const OTEL_SIGNALS: SdkFlag = { id: 3, default: true, alternatively: since(1, 11, 5) };
/** The OpenTelemetry interceptors trace local activities. */
export const OTEL_LOCAL_ACTIVITIES: SdkFlag = { id: 4, default: true, alternatively: since(1, 11, 6) };
/** The OpenTelemetry interceptors add no further yields. */
export const OTEL_FEWER_YIELDS: SdkFlag = { id: 5, default: true, alternatively: since(1, 13, 2) };
/** The OpenTelemetry interceptors instrument all methods. */
export const OTEL_ALL_METHODS: SdkFlag = { id: 6, default: true };

const KNOWN_IDS: ReadonlySet<number> = new Set(
  [
    SHIELDED_SCOPES,
    SINGLE_BATCH,
    OTEL_SIGNALS,
    OTEL_LOCAL_ACTIVITIES,
    OTEL_FEWER_YIELDS,
    OTEL_ALL_METHODS,
  ].map((flag) => flag.id),
);

/** The flags in force for one run. */
export class FlagLedger {
  readonly #known = new Set<number>();

  /** Takes over what history has. Throws a TypeError for a flag that this version does not know. */
  add(ids: readonly number[]): void {
    for (const id of ids) {
      if (!KNOWN_IDS.has(id)) {
        throw new TypeError(
          `Unknown SDK flag: ${id}. The history was written by a newer SDK: upgrade perdure`,
        );
      }
      this.#known.add(id);
    }
  }

  /** Whether a flag is on for the current task; asking records it (F1). */
  has(flag: SdkFlag, facts: TaskFacts): boolean {
    if (this.#known.has(flag.id)) return true;
    if (facts.isReplaying) return flag.alternatively?.(facts) ?? false;
    if (flag.default) this.#known.add(flag.id);
    return flag.default;
  }

  /** All flags to report, in the order in which they came into force. */
  used(): number[] {
    return [...this.#known];
  }
}
