/** What may lie in a {@link Bag}, in one at a time. */
export interface BagMember {
  /** Where in its bag it lies; -1 while in none. Only the bag writes it. */
  bagIndex: number;
}

/**
 * A set without order of things that come and go with calls: each knows its place, so that nothing is looked up, and what has left is
 * not kept (see `ShortLivedMap` for what V8's `Set` keeps).
 *
 * G1: `#members[member.bagIndex] === member` for each member, and for nothing else.
 *
 * @example
 * ```ts
 * const calls = new Bag<{ bagIndex: number }>();
 * const call = { bagIndex: -1 };
 * calls.add(call);
 * calls.remove(call);
 * ```
 */
export class Bag<T extends BagMember> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** Does nothing if it is here already. */
  add(member: T): void {
    if (this.#members[member.bagIndex] === member) return;
    member.bagIndex = this.#members.length;
    this.#members.push(member);
  }

  /** Returns whether it was here. */
  remove(member: T): boolean {
    const at = member.bagIndex;
    if (this.#members[at] !== member) return false;
    const last = this.#members.pop()!;
    if (last !== member) {
      this.#members[at] = last;
      last.bagIndex = at;
    }
    member.bagIndex = -1;
    return true;
  }

  /** Those that are here now; the list is the caller's. */
  members(): T[] {
    return this.#members.slice();
  }
}
