import type { Job } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import type { TransitionObserver } from "../../src/core/machine.ts";
import { transitionName } from "../harness/state-coverage.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { Player } from "./player.ts";
import { noteTransition } from "./transition-log.ts";

interface Table {
  readonly name: string;
  readonly table: { readonly [state: string]: { readonly [input: string]: unknown } };
}

/** Which transitions of machines a test file took. */
export class Transitions {
  readonly #taken = new Set<string>();

  readonly note: TransitionObserver = (kind, from, input, to) => {
    this.#taken.add(transitionName(kind, from, input));
    noteTransition(kind, from, input, to);
  };

  /** All transitions of some tables, and those that were not taken. */
  of(...kinds: readonly Table[]): { all: string[]; untaken: string[] } {
    const all = kinds.flatMap(({ name, table }) =>
      Object.entries(table).flatMap(([state, row]) =>
        Object.keys(row).map((input) => transitionName(name, state, input)),
      ),
    );
    return { all, untaken: all.filter((transition) => !this.#taken.has(transition)) };
  }
}

/** Plays a whole history as one live task after another: each list of commands answers one activation. */
export class PlayedRun {
  readonly h = new HistoryBuilder();
  readonly player: Player;
  #from = 1;
  #previous = 0;

  constructor(transitions: Transitions) {
    this.player = new Player({ onTransition: transitions.note });
    this.h.started();
  }

  /** Ends the events so far with a task and hands it over. Gives the effects in words. */
  task(attempt = 1): string[] {
    if (this.#previous !== 0) this.player.answered();
    const started = this.h.openTask();
    const task = taskOf(this.h, { from: this.#from, previousStarted: this.#previous, attempt });
    this.#from = started + 1;
    this.#previous = started;
    return this.player.step({ kind: "task", task });
  }

  complete(...commands: WorkflowCommand[]): string[] {
    return this.player.complete(...commands);
  }

  /** The one job of this kind in the last activation. */
  job<Kind extends Job["kind"]>(kind: Kind): Extract<Job, { kind: Kind }> {
    const isWanted = (job: Job): job is Extract<Job, { kind: Kind }> => job.kind === kind;
    const found = this.player.activation.jobs.find(isWanted);
    if (found === undefined) throw new Error(`no job ${kind} in the last activation`);
    return found;
  }
}

/** Whom and how the last answer asks to stop. */
export function cancelRequest(s: PlayedRun): unknown {
  const command = s.player.effect("respond").answer.commands?.[0];
  if (command?.attributes?.case !== "requestCancelExternalWorkflowExecutionCommandAttributes") {
    throw new Error(`not a request to cancel: ${command?.attributes?.case}`);
  }
  return { ...command.attributes.value, userMetadata: command.userMetadata };
}
