/** The right to run one task. Given by a {@link SlotSupplier}, given back exactly once. */
export interface SlotPermit {
  /** Gives the slot back. Further calls do nothing. */
  release(): void;
}

/** Decides how many tasks of one kind run at a time. */
export interface SlotSupplier {
  /** Waits for a slot; undefined once the signal is aborted. */
  reserve(signal: AbortSignal): Promise<SlotPermit | undefined>;
  /** A slot if one is free now. */
  tryReserve(): SlotPermit | undefined;
  /** Number of slots in all; undefined where the supplier cannot know. */
  readonly size: number | undefined;
  /** Number of slots given out. */
  readonly used: number;
}
