import type { QueuedCommand } from "./machine.ts";

/** Taken entries are let go of in batches of at least this many, so that a shift costs O(1). */
const COMPACT_AT = 32;

/**
 * Commands in the order that the server is to write their events. Sending does not remove a command, its event does.
 */
export class CommandQueue {
  #entries: QueuedCommand[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#entries.length;
  }

  push(entry: QueuedCommand): void {
    this.#entries.push(entry);
  }

  /** The front, which stays. */
  peek(): QueuedCommand | undefined {
    return this.#entries[this.#head];
  }

  /** Removes and gives the front. */
  shift(): QueuedCommand | undefined {
    if (this.isEmpty) return undefined;
    const entry = this.#entries[this.#head++];
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Drops commands whose machine was cancelled before they were sent. */
  purgeCancelled(): void {
    let kept = 0;
    const entries = this.#entries;
    for (let i = this.#head; i < entries.length; i++) {
      const entry = entries[i]!;
      if (!entry.machine.cancelledBeforeSent) entries[kept++] = entry;
    }
    entries.length = kept;
    this.#head = 0;
  }

  /** The stack of the call that made the command at this place of {@link outgoing}, while commands are traced. */
  stackAt(index: number): string | undefined {
    let left = index;
    for (let i = this.#head; i < this.#entries.length; i++) {
      const { machine } = this.#entries[i]!;
      if (!machine.isFinal && left-- === 0) return machine.issuedAt;
    }
    return undefined;
  }

  /** What goes to the server: commands of machines that are over already are left out. */
  outgoing(): QueuedCommand["command"][] {
    const commands: QueuedCommand["command"][] = [];
    for (let i = this.#head; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      if (!entry.machine.isFinal) commands.push(entry.command);
    }
    return commands;
  }
}
