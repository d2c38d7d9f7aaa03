/** What a random script can do, as plain data: it can be printed, cut smaller, and played again anywhere. */

/** A moment short enough to wait for, or long enough never to come. In milliseconds. */
export const SHORT_MS = 300;
/** Task timeout of workflows whose tasks are left to time out: anything that is meant to be in time takes less. */
export const SHORT_TASK_MS = 3_000;
export const LONG_MS = 3_600_000;

export type Span = "short" | "long" | "none" | "negative";

/** Options of a start. */
export interface StartOptions {
  readonly reuse?: number;
  readonly conflict?: number;
  /** A fixed request id: the same start again. */
  readonly request?: string;
  readonly runTimeout?: Span;
  readonly executionTimeout?: Span;
  /** Tasks time out soon. */
  readonly impatient?: boolean;
  readonly delay?: Span;
  readonly cron?: string;
  readonly retry?: Span;
  readonly memo?: boolean;
  readonly attribute?: "good" | "unknown" | "mistyped";
  readonly attach?: boolean;
  readonly eager?: boolean;
}

export type How = "complete" | "fail" | "fail for good" | "cancel" | "heartbeat";

export type CommandPlan =
  | { readonly kind: "timer"; readonly id: string; readonly span: Span }
  | { readonly kind: "cancel timer"; readonly id: string }
  | {
      readonly kind: "activity";
      readonly id: string;
      readonly scheduleToStart?: Span;
      readonly startToClose?: Span;
      readonly scheduleToClose?: Span;
      readonly heartbeat?: Span;
      readonly attempts?: number;
      readonly interval?: Span;
      /** The worker takes it along with the answer to its workflow task. */
      readonly eager?: boolean;
    }
  | { readonly kind: "cancel activity"; readonly id: string }
  | {
      readonly kind: "child";
      readonly id: string;
      readonly closePolicy: number;
      readonly reuse: number;
      readonly runTimeout?: Span;
    }
  | { readonly kind: "signal other"; readonly to: string; readonly child: boolean }
  | { readonly kind: "cancel other"; readonly to: string; readonly child: boolean }
  | { readonly kind: "marker"; readonly name: string }
  | { readonly kind: "attribute"; readonly value: "good" | "unknown" | "mistyped" | "none" }
  | { readonly kind: "memo"; readonly value: string | null }
  | { readonly kind: "complete" }
  | { readonly kind: "fail"; readonly forGood: boolean }
  | { readonly kind: "cancelled" }
  | { readonly kind: "continue"; readonly delay?: Span; readonly bad?: boolean };

/** What a worker says to each update of a task, one after the other. */
export type UpdateAnswer = "accept" | "reject" | "complete" | "ignore";

export type Step =
  | { readonly kind: "start"; readonly wf: string; readonly options: StartOptions }
  | { readonly kind: "signal"; readonly wf: string; readonly request?: string }
  | { readonly kind: "signal with start"; readonly wf: string; readonly options: StartOptions }
  | { readonly kind: "poll"; readonly wf: string }
  | {
      readonly kind: "respond";
      readonly wf: string;
      readonly commands: readonly CommandPlan[];
      readonly updates: readonly UpdateAnswer[];
      /** Complete what was accepted before. */
      readonly finish?: boolean;
      /** Say by commands where the messages stand. */
      readonly ordered?: boolean;
      readonly queries: "answer" | "fail" | "omit";
      readonly another?: boolean;
      readonly force?: boolean;
      /** Stay for the next task, which comes to a queue of one's own. */
      readonly sticky?: boolean;
      /** The same, but nobody polls that queue any more: what comes to it times out there. */
      readonly lost?: boolean;
    }
  | { readonly kind: "fail task"; readonly wf: string; readonly cause: number }
  | { readonly kind: "leave task"; readonly wf: string }
  | { readonly kind: "late answer"; readonly wf: string }
  /** The worker says that it does not have the workflow any more. */
  | { readonly kind: "forget"; readonly wf: string }
  | { readonly kind: "poll activity"; readonly wf: string; readonly id: string }
  | {
      readonly kind: "activity";
      readonly wf: string;
      readonly id: string;
      readonly how: How;
      readonly byId: boolean;
    }
  | {
      readonly kind: "query";
      readonly wf: string;
      readonly reject?: number;
      readonly answer: "answer" | "fail";
    }
  | { readonly kind: "update"; readonly wf: string; readonly id: string; readonly stage: number }
  | {
      readonly kind: "update with start";
      readonly wf: string;
      readonly id: string;
      readonly stage: number;
      readonly options: StartOptions;
    }
  | { readonly kind: "cancel"; readonly wf: string; readonly request?: string }
  | { readonly kind: "terminate"; readonly wf: string; readonly run?: "first" | "unknown" }
  | {
      readonly kind: "reset";
      readonly wf: string;
      /** Which of the events, as a part of all of them; or of those that end a task. */
      readonly part: number;
      readonly any: boolean;
      readonly exclude: readonly number[];
      readonly reapply?: number;
    }
  | { readonly kind: "delete"; readonly wf: string }
  | { readonly kind: "pages"; readonly wf: string; readonly size: number; readonly reverse: boolean }
  | { readonly kind: "list"; readonly query: string; readonly count: boolean };

/** A random script. */
export interface Script {
  readonly seed: number;
  readonly steps: readonly Step[];
}
