/** What was set, with nothing clever about it: the model that the keeper is compared with. */
export interface NaiveAlarm {
  readonly id: number;
  readonly tree: number;
  readonly atMs: number;
  readonly order: number;
}

/** Time as the keeper should tell it, by going through everything each time. */
export class NaiveKeeper {
  wallMs: number;
  locks: number;
  /** What each tree's time is ahead of the wall. */
  readonly ahead: number[] = [];
  readonly holds: number[] = [];
  alarms: NaiveAlarm[] = [];
  environmentAhead = 0;
  sleeps: { readonly id: number; readonly atMs: number; readonly order: number }[] = [];
  #order = 0;

  constructor(wallMs: number, locks: number) {
    this.wallMs = wallMs;
    this.locks = locks;
  }

  addTree(): void {
    this.ahead.push(this.environmentAhead);
    this.holds.push(0);
  }

  now(tree: number): number {
    return this.wallMs + (this.ahead[tree] ?? 0);
  }

  environmentMs(): number {
    return this.wallMs + this.environmentAhead;
  }

  at(id: number, tree: number, atMs: number): void {
    this.#order += 1;
    this.alarms.push({ id, tree, atMs: Math.max(atMs, this.now(tree)), order: this.#order });
  }

  sleepUntil(id: number, atMs: number): void {
    this.#order += 1;
    this.sleeps.push({ id, atMs: Math.max(atMs, this.environmentMs()), order: this.#order });
  }

  cancel(id: number): void {
    this.alarms = this.alarms.filter((alarm) => alarm.id !== id);
    this.sleeps = this.sleeps.filter((sleep) => sleep.id !== id);
  }

  /** Takes out the alarm that fires next, if one is due. */
  takeDue(): { readonly id: number; readonly tree: number | undefined } | undefined {
    const due = this.#waits()
      .filter(({ inMs }) => inMs <= 0)
      .sort((a, b) => a.inMs - b.inMs || a.order - b.order)[0];
    if (due === undefined) return undefined;
    this.cancel(due.id);
    return due;
  }

  /** Milliseconds of real time until something is due. */
  untilDue(): number {
    return Math.min(...this.#waits().map(({ inMs }) => inMs));
  }

  /** Skips, if time may. */
  skip(): boolean {
    const held = this.holds.reduce((sum, holds) => sum + holds, 0);
    if (this.sleeps.length > 0) {
      if (this.locks + held > 0) return false;
      const ms = this.untilDue();
      for (const tree of this.ahead.keys()) this.ahead[tree] = (this.ahead[tree] ?? 0) + ms;
      this.environmentAhead += ms;
      return true;
    }
    const idle = this.#waits().filter(({ tree }) => tree !== undefined && this.holds[tree] === 0);
    if (this.locks !== 0 || idle.length === 0) return false;
    const ms = Math.min(...idle.map(({ inMs }) => inMs));
    for (const tree of this.ahead.keys())
      if (this.holds[tree] === 0) this.ahead[tree] = (this.ahead[tree] ?? 0) + ms;
    this.environmentAhead += ms;
    return true;
  }

  #waits(): { readonly id: number; readonly tree: number | undefined; inMs: number; order: number }[] {
    return [
      ...this.alarms.map(({ id, tree, atMs, order }) => ({ id, tree, order, inMs: atMs - this.now(tree) })),
      ...this.sleeps.map(({ id, atMs, order }) => ({
        id,
        tree: undefined,
        order,
        inMs: atMs - this.environmentMs(),
      })),
    ];
  }
}
