import type { ScheduleLocalActivity } from "./local-activity-jobs.ts";
import type { LocalActivityMarker } from "./local-activity-marker.ts";

/** Kind of the machines of local activities. */
export const LOCAL_ACTIVITY = "LocalActivity";

/**
 * What a run knows of its local activities besides their machines.
 *
 * L1. `outstanding` counts what was asked of the worker and not resolved: while it is not 0 a task is not answered.
 * L2. Resolutions found in history are used in the order of their markers, each only once its activity was scheduled, and one
 *     that stands apart from those before it only when workflow code knows these: so activities that resolved in one
 *     activation do so again in the replay, and no others.
 * L3. Activations are counted: `turn` is the last one, `firstTurn` the first that the open (or next) task can have.
 * L4. Once a command ends the run nothing counts any more: what runs is to be cancelled, what waits is dropped.
 */
export class LocalActivities {
  #requests: ScheduleLocalActivity[] = [];
  #cancels: number[] = [];
  readonly #executing = new Set<number>();
  readonly #known: LocalActivityMarker[] = [];
  #ends = false;
  /** The worker was told that nobody waits any more. */
  #dismissed = false;

  #used = false;

  #turn = 0;
  #firstTurn = 1;
  #toldIn = 0;

  /** The activation that workflow code had last. */
  get turn(): number {
    return this.#turn;
  }

  /** Workflow code has another activation. */
  activated(): void {
    this.#turn += 1;
  }

  /** What comes from now on belongs to another task. */
  taskBegins(): void {
    this.#firstTurn = this.#turn + 1;
  }

  /**
   * One ends in the activation to come. Returns whether its marker stands apart: a replay that knows it ahead would tell it
   * earlier, since it waits for nothing but the task, the call and the marker before it.
   */
  tell(calledIn: number): boolean {
    const tellsIn = this.#turn + 1;
    const apart = tellsIn > Math.max(this.#firstTurn, calledIn + 1, this.#toldIn);
    this.#toldIn = tellsIn;
    return apart;
  }

  /** The worker was asked to run any. */
  get wereUsed(): boolean {
    return this.#used;
  }

  /** The worker is to be told something. */
  get hasRequests(): boolean {
    if (this.#ends) return !this.#dismissed && this.#executing.size > 0;
    return this.#requests.length > 0 || this.#cancels.length > 0;
  }

  get outstanding(): number {
    return this.#ends ? 0 : this.#executing.size + this.#requests.length;
  }

  /** The run ends with the commands of this task. */
  end(): void {
    this.#ends = true;
  }

  request(command: ScheduleLocalActivity): void {
    this.#requests.push(command);
  }

  /** Takes a request back that was not handed out yet. */
  withdraw(seq: number): ScheduleLocalActivity | undefined {
    const index = this.#requests.findIndex((request) => request.seq === seq);
    return index < 0 ? undefined : this.#requests.splice(index, 1)[0];
  }

  /** Asks for the end of one that runs. */
  cancel(seq: number): void {
    if (this.#executing.has(seq)) this.#cancels.push(seq);
  }

  /** It was resolved, or given up. */
  settled(seq: number): void {
    this.withdraw(seq);
    this.#executing.delete(seq);
  }

  /** What the worker is to do now; cancellations come first. `cancelAll` after the end of the run. */
  take(): { schedule: readonly ScheduleLocalActivity[]; cancel: readonly number[]; cancelAll: boolean } {
    const schedule = this.#ends ? [] : this.#requests;
    const cancel = this.#ends ? [] : this.#cancels;
    this.#requests = [];
    this.#cancels = [];
    this.#dismissed = this.#ends;
    for (const { seq } of schedule) this.#executing.add(seq);
    if (schedule.length > 0) this.#used = true;
    return { schedule, cancel, cancelAll: this.#ends };
  }

  /** History has the marker of an activity that is not resolved yet. */
  know(marker: LocalActivityMarker): void {
    this.#known.push(marker);
  }

  /** The marker whose turn it is. */
  get nextKnown(): LocalActivityMarker | undefined {
    return this.#known[0];
  }

  /** Takes the marker of one activity, in turn or not. */
  takeKnown(seq: number): LocalActivityMarker | undefined {
    const index = this.#known.findIndex((marker) => marker.seq === seq);
    return index < 0 ? undefined : this.#known.splice(index, 1)[0];
  }
}
