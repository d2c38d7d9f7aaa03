import { History } from "../history/history.ts";
import type { Alarm, Timeline } from "../time/timeline.ts";
import { QueryRegistry } from "./query-registry.ts";
import { type RunFields, RunState } from "./run-state.ts";
import { SmallMap } from "./small-map.ts";
import { UpdateRegistry } from "./update-registry.ts";

/** Changes within one millisecond of the clock are that far apart. */
const LEAST_APART_MS = 0.05;

/** One run of a workflow: its state, its history, and what the server holds for it besides. */
export class Run {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly state: RunState;
  readonly history: History = new History();
  readonly timeline: Timeline;
  /** Updates under way: those that wait for a worker, and who waits for them. */
  readonly updates: UpdateRegistry = new UpdateRegistry();
  /** Queries that wait for a workflow task. */
  readonly queries: QueryRegistry = new QueryRegistry();
  /** What is due when, by what it is for. */
  readonly alarms: SmallMap<string, Alarm> = new SmallMap();
  /** The hold on time that this run's work has. */
  held: { readonly work: "firm" | "activity"; readonly release: () => void } | undefined;
  /** Since it closed: keeps it until it is as old as closed runs become. */
  kept: { cancel(): void } | undefined;
  /** Signals that other runs have for it, while a worker decides again whether to close it. */
  waiting: (() => void)[] | undefined;
  #lastChangeMs = 0;

  constructor(init: {
    readonly namespace: string;
    readonly workflowId: string;
    readonly runId: string;
    readonly timeline: Timeline;
    readonly fields: RunFields;
  }) {
    this.namespace = init.namespace;
    this.workflowId = init.workflowId;
    this.runId = init.runId;
    this.timeline = init.timeline;
    this.state = new RunState(init.fields);
  }

  /** The time of the next change: no two of a run have the same, as they have not on a real server. */
  nextChangeMs(): number {
    this.#lastChangeMs = Math.max(this.timeline.now(), this.#lastChangeMs + LEAST_APART_MS);
    return this.#lastChangeMs;
  }

  get fields(): RunFields {
    return this.state.fields;
  }

  /** Whether a worker, having been told why the run could not close, decides again: no signal is let in meanwhile. */
  get closing(): boolean {
    const { closeAttempted, task } = this.fields;
    return closeAttempted && task !== undefined && task.startedId !== 0;
  }
}
