/*
 * A random workflow as data. Both SDKs run the same interpreter (`workflow.ts`) over it, so whatever differs between them is the
 * SDK's doing. Plain JSON: a program is a workflow's input, a log line and the thing that is made smaller when it fails.
 */

/** How an activity behaves. */
export interface Work {
  /** Milliseconds it takes. */
  readonly ms: number;
  readonly end: "returns" | "fails" | "failsOnce";
}

/** What is done with what is still open when a caller stops waiting. Names of the official enums. */
export type ActivityStop = "TRY_CANCEL" | "WAIT_CANCELLATION_COMPLETED" | "ABANDON";

/** One step. `slot` names a promise or a scope of the run; a slot that nothing fills is as good as one that ended. */
export type Step =
  | { readonly op: "sleep"; readonly ms: number }
  | { readonly op: "activity"; readonly work: Work; readonly stop: ActivityStop }
  | { readonly op: "local"; readonly work: Work; readonly stop: ActivityStop }
  | { readonly op: "child"; readonly program: Body; readonly stop: ChildStop; readonly close: ParentClose }
  | { readonly op: "nexus"; readonly call: NexusCall; readonly ms: number; readonly stop: NexusStop }
  | { readonly op: "signalOther"; readonly name: string; readonly exists: boolean }
  | { readonly op: "cancelOther"; readonly exists: boolean }
  | { readonly op: "begin"; readonly slot: number; readonly body: Body }
  | { readonly op: "wait"; readonly slot: number }
  | {
      readonly op: "join";
      readonly how: "all" | "race" | "any" | "allSettled";
      readonly bodies: readonly Body[];
    }
  | {
      readonly op: "scope";
      readonly kind: "cancellable" | "nonCancellable" | "withTimeout";
      readonly ms: number;
      readonly slot: number;
      readonly body: Body;
    }
  | { readonly op: "cancel"; readonly slot: number }
  | { readonly op: "condition"; readonly flag: number; readonly ms: number | null }
  | { readonly op: "raise"; readonly flag: number }
  | { readonly op: "lower"; readonly flag: number }
  | { readonly op: "patch"; readonly id: string; readonly deprecated: boolean; readonly body: Body }
  | { readonly op: "attempt"; readonly body: Body; readonly rescue: Body; readonly always: Body }
  | { readonly op: "throw" }
  | { readonly op: "memo"; readonly value: number }
  | { readonly op: "attribute"; readonly value: number }
  | { readonly op: "tick"; readonly times: number }
  | { readonly op: "repeat"; readonly times: number; readonly body: Body }
  | { readonly op: "stream"; readonly times: number; readonly body: Body }
  | { readonly op: "random" }
  | { readonly op: "listen"; readonly name: string; readonly body: Body }
  | { readonly op: "serve"; readonly name: string; readonly validated: boolean; readonly body: Body }
  | { readonly op: "later"; readonly ms: number; readonly slot: number; readonly body: Body }
  | { readonly op: "handlersDone" };

/** Steps that are taken one after the other. */
export type Body = readonly Step[];

/** Cancellation types of child workflows. */
export type ChildStop =
  | "TRY_CANCEL"
  | "WAIT_CANCELLATION_COMPLETED"
  | "WAIT_CANCELLATION_REQUESTED"
  | "ABANDON";

/** What the operation does: a name of the service, or for one that runs a workflow, what this does. */
export type NexusCall =
  | "echo"
  | "fails"
  | "isCancelled"
  | "refuses"
  | "never"
  | "cannotBeCancelled"
  | { readonly runs: "completes" | "fails" | "waits" | "ignoresCancellation" | "failsWhenCancelled" };

/** Cancellation types of Nexus operations. */
export type NexusStop =
  | "TRY_CANCEL"
  | "WAIT_CANCELLATION_REQUESTED"
  | "WAIT_CANCELLATION_COMPLETED"
  | "ABANDON";

/** What the server does with a child whose parent has ended. */
export type ParentClose = "TERMINATE" | "ABANDON" | "REQUEST_CANCEL";

/** What the world does to the run. */
export interface Intervention {
  /** Milliseconds after the start. */
  readonly afterMs: number;
  readonly what: "signal" | "update" | "cancel" | "query";
  /** Signal or update. */
  readonly name: string;
}

/** A workflow and its world. */
export interface Program {
  readonly seed: number;
  /**
   * One local activity at a time. The official SDK replays several that ran side by side as if they had ended at once, and so
   * goes another way than it went at first: it can't be asked about such histories.
   */
  readonly localsInTurn: boolean;
  readonly body: Body;
  readonly continueAsNew: Body | null;
  readonly interventions: readonly Intervention[];
}

/** Signals and updates that programs use; those nobody listens to are part of it. */
export const SIGNALS: readonly string[] = ["s0", "s1", "s2"];
export const UPDATES: readonly string[] = ["u0", "u1"];
