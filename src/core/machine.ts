import type { Init } from "../codec-runtime/init.ts";
import type { PayloadMap } from "../common/payload.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../gen/codec/temporal/api/protocol/v1/message.ts";
import type { Job } from "./activation.ts";
import type { Annotations } from "./annotations.ts";
import type { FlagLedger } from "./flags.ts";
import type { AttributesOf, EventName } from "./history/event-kinds.ts";
import type { LocalActivities } from "./local-activities.ts";
import type { LocalActivityOutcome, LocalActivityResult } from "./local-activity-jobs.ts";
import { unexpectedInput } from "./nondeterminism.ts";
import type { Problem } from "./problem.ts";
import type { RespondToUpdate } from "./update-jobs.ts";

/** What an action is given along with the machine: the event's attributes, how an activity ended, or nothing. */
type Given<Input> = Input extends EventName
  ? AttributesOf<Input>
  : Input extends "localResult"
    ? LocalActivityResult
    : Input extends "knownResult"
      ? LocalActivityOutcome
      : undefined;

/** One cell of a table. A method, so that a typed table is also a table of unknown attributes. */
export interface Transition<State extends string, Data, Attributes> {
  readonly to: State;
  /** What happens besides the change of state. A problem keeps the machine where it is. */
  run?(data: Data, scene: Scene, given: Attributes, machine: LiveMachine): Problem | undefined;
  /** As `run`, once the machine is in its new state: for what may move it again. */
  after?(data: Data, scene: Scene, given: Attributes, machine: LiveMachine): Problem | undefined;
}

type Row<State extends string, Data> = {
  readonly [input: string]: Transition<State, Data, unknown> | undefined;
};

/** The behaviour of one kind of machine, as authors write it: state by input. */
export interface MachineTable<State extends string, Input extends string, Data> {
  readonly name: string;
  readonly initial: State;
  readonly table: {
    readonly [S in State]: { readonly [I in Input]?: Transition<State, Data, Given<I>> };
  };
  /** What the workflow asked for, in words for users. */
  describe(data: Data): string;
  /** The input that a cancellation by workflow code stands for. Default: `cancel`. */
  cancelInput?(data: Data): Input;
}

/** A table with what follows from it. */
export interface MachineKind<State extends string, Data> {
  readonly name: string;
  readonly initial: State;
  readonly table: { readonly [S in State]: Row<State, Data> };
  /** Inputs that occur anywhere in the table. */
  readonly known: ReadonlySet<string>;
  /** States without any entry, loops included. */
  readonly final: ReadonlySet<State>;
  describe(data: Data): string;
  cancelInput(data: Data): string;
}

/** A machine as the rest of core sees it. */
export interface LiveMachine {
  readonly kindName: string;
  readonly state: string;
  /** Nothing can happen to it any more. */
  readonly isFinal: boolean;
  /** The number workflow code knows it by; 0 if it has none. */
  readonly seq: number;
  /** Id of the event that began it in history; 0 before. */
  initiatedBy: number;
  /** Cancelled while its first command was not in history yet: the command vanishes. */
  cancelledBeforeSent: boolean;
  /** What its commands carry besides what they ask for. */
  annotations: Annotations | undefined;
  /** The stack of the call that opened it, while commands are traced. */
  issuedAt: string | undefined;
  advance(input: string, given: unknown, scene: Scene): Problem | undefined;
  /** Workflow code cancels it. Nothing happens where that has no meaning (any more). */
  cancel(scene: Scene): Problem | undefined;
  describe(): string;
}

/** A command that is to be sent, or was sent and awaits its event. */
export interface QueuedCommand {
  /** The input by which its machine learns that the command is on its way. */
  readonly ack: string;
  readonly command: Init<Command>;
  readonly machine: LiveMachine;
  /** Set for the marker of a patch: it may stay without an event. */
  readonly patchId?: string | undefined;
}

/** An update that is not over. */
export interface OpenUpdate {
  /** Takes in what workflow code says to it. */
  respond(response: RespondToUpdate["response"], scene: Scene): Problem | undefined;
}

/** Parts of the start event that later commands inherit from. */
export interface InheritedStart
  extends Pick<AttributesOf<"workflowExecutionStarted">, "memo" | "retryPolicy"> {
  /** With the changes that workflow code made since. */
  readonly searchAttributes: PayloadMap | undefined;
}

/** What the last started workflow task in history says of the size of history. */
export interface HistoryFacts {
  historySizeBytes: number;
  continueAsNewSuggested: boolean;
  continueAsNewReasons: readonly number[];
  targetDeploymentVersionChanged: boolean;
}

/** Told of each transition: for coverage of the tables. */
export type TransitionObserver = (kindName: string, from: string, input: string, to: string) => void;

/**
 * What machines see of their run, and may add to.
 *
 * S1. Machines add to `jobs`, `issued` and `outbox`, and keep `facts`, `updates` and `locals`; all else they read.
 */
export interface Scene {
  readonly runId: string;
  /** The task queue of the worker. */
  readonly taskQueue: string;
  readonly flags: FlagLedger;
  readonly jobs: Job[];
  /** Commands made while one completion is taken in. */
  readonly issued: QueuedCommand[];
  /** Messages that go with the answer to the open task. */
  readonly outbox: Init<Message>[];
  /** Updates that are not over, by protocol instance id. */
  readonly updates: Map<string, OpenUpdate>;
  readonly inherited: InheritedStart;
  /** Patches seen in history or used, by id; true once the marker was issued. */
  readonly patches: Map<string, boolean>;
  readonly facts: HistoryFacts;
  readonly locals: LocalActivities;
  /** Workflow time, milliseconds since the epoch. */
  readonly timeMs: number;
  /** Real time when workflow code answered last, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly replaying: boolean;
  /** True while the last slice of history is applied. */
  readonly sliceIsFinal: boolean;
  /** The event being applied. */
  readonly event: HistoryEvent | undefined;
  readonly eventId: number;
  /** Start event of the workflow task that ends the current slice. */
  readonly endStartedId: number;
  readonly onTransition: TransitionObserver | undefined;
  /** A workflow task took effect: time and the started pointer move. */
  taskStarted(startedId: number, timeMs: number): void;
  /** Workflow time goes on to this, if it is not further already. */
  advanceTime(timeMs: number): void;
  /** Workflow code changed search attributes. */
  searchAttributesChanged(fields: PayloadMap): void;
  /** A command that ends the run was issued. */
  runEnds(): void;
}

/** Completes a table with what follows from it. */
export function defineMachine<State extends string, Input extends string, Data>(
  spec: MachineTable<State, Input, Data>,
): MachineKind<State, Data> {
  const table: { readonly [S in State]: Row<State, Data> } = spec.table;
  const known = new Set<string>();
  const final = new Set<State>();
  for (const state of Object.keys(table) as State[]) {
    const inputs = Object.keys(table[state]);
    for (const input of inputs) known.add(input);
    if (inputs.length === 0) final.add(state);
  }
  return {
    name: spec.name,
    initial: spec.initial,
    table,
    known,
    final,
    describe: (data) => spec.describe(data),
    cancelInput: (data) => spec.cancelInput?.(data) ?? "cancel",
  };
}

/** One machine of one run: a state in a table, and the data its actions need. */
export class Machine<State extends string, Data> implements LiveMachine {
  readonly seq: number;
  readonly #kind: MachineKind<State, Data>;
  readonly #data: Data;
  #state: State;
  initiatedBy = 0;
  cancelledBeforeSent = false;
  annotations: Annotations | undefined = undefined;
  issuedAt: string | undefined = undefined;

  constructor(kind: MachineKind<State, Data>, data: Data, seq = 0) {
    this.#kind = kind;
    this.#data = data;
    this.#state = kind.initial;
    this.seq = seq;
  }

  get kindName(): string {
    return this.#kind.name;
  }

  get state(): string {
    return this.#state;
  }

  get isFinal(): boolean {
    return this.#kind.final.has(this.#state);
  }

  describe(): string {
    return this.#kind.describe(this.#data);
  }

  advance(input: string, given: unknown, scene: Scene): Problem | undefined {
    const from = this.#state;
    const cell = this.#kind.table[from][input];
    if (cell === undefined) {
      const known = this.#kind.known.has(input) && scene.event !== undefined;
      return unexpectedInput({ machine: this, input, known, event: scene.event });
    }
    const problem = cell.run?.(this.#data, scene, given, this);
    if (problem !== undefined) return problem;
    this.#state = cell.to;
    scene.onTransition?.(this.#kind.name, from, input, cell.to);
    return cell.after?.(this.#data, scene, given, this);
  }

  cancel(scene: Scene): Problem | undefined {
    const input = this.#kind.cancelInput(this.#data);
    return this.#kind.table[this.#state][input] === undefined
      ? undefined
      : this.advance(input, undefined, scene);
  }
}
