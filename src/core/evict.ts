import type { Effect } from "./effect.ts";
import type { EvictReason } from "./input.ts";
import type { Run } from "./run-state.ts";

/** Why a run leaves the cache, in a word and in words. */
export interface Eviction {
  readonly reason: EvictReason;
  readonly message: string;
}

/** Ends the life of a run; its state is of no use any more. */
export function evict(run: Run, { reason, message }: Eviction, effects: Effect[]): void {
  run.stage = "gone";
  run.task = undefined;
  run.jobs = [];
  run.cursor.release();
  effects.push({ kind: "evict", reason, message });
}
