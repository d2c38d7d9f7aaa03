import type { BagMember } from "./bag.ts";

/** Something that must end in time. */
export interface Expiring extends BagMember {
  /** When, by `performance.now()`. */
  readonly deadline: number;
  /** The time is up. It is no longer watched. */
  expire(): void;
}

/** Watches the deadlines of many calls on one timer, which never holds a process open. */
export interface DeadlineWatch {
  add(expiring: Expiring): void;
  /** Does nothing if it is not watched. */
  remove(expiring: Expiring): void;
  /** Watches nothing any more. */
  clear(): void;
}
