/** A moment at which something becomes due. */
export interface Alarm {
  /** Takes it back; safe to call again, and after it fired. */
  cancel(): void;
}

/**
 * The time of one execution tree (a root and all its descendants and continuations share one). Without time skipping it
 * is the wall clock. With it, time jumps over stretches in which no tree has work: a busy tree stays behind and holds
 * nobody back. Nobody but its runs knows a timeline that has neither alarm nor hold: one whose runs are all over needs no end.
 */
export interface Timeline {
  /** Milliseconds since the epoch, by this tree's clock; never goes back. */
  now(): number;
  /**
   * Calls `fire` when this tree's clock reaches `atMs`; alarms of one moment fire in the order in which they were set. One that is
   * past fires in the next turn, never within the call.
   */
  at(atMs: number, fire: () => void): Alarm;
  /**
   * Says that work began that time must not skip over (a workflow task, an activity that runs); the result ends it, once. Over `firm`
   * work no sleep skips either; over other work one may, since it may come out of that very work.
   */
  hold(firm?: boolean): () => void;
}
