import type { Payload, PayloadMap } from "../common/payload.ts";
import type { FailureData } from "./activation.ts";

/** Another workflow: a run of it, or with an empty run id the one that is open. */
export interface ExternalTarget {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** Signals another workflow. */
export interface SignalExternalWorkflow {
  readonly kind: "signalExternalWorkflow";
  readonly seq: number;
  readonly target: ExternalTarget;
  /** The target must be a child of this workflow. */
  readonly childWorkflowOnly: boolean;
  readonly signalName: string;
  readonly args: readonly Payload[];
  readonly headers: PayloadMap;
}

/** Asks another workflow to stop. */
export interface RequestCancelExternalWorkflow {
  readonly kind: "requestCancelExternalWorkflow";
  readonly seq: number;
  readonly target: ExternalTarget;
  readonly reason: string;
}

/** What workflow code asks of other workflows. */
export type ExternalCommand =
  | SignalExternalWorkflow
  /** Takes a signal back that was not sent yet. */
  | { readonly kind: "cancelSignalExternal"; readonly seq: number }
  | RequestCancelExternalWorkflow;

/** What workflow code is told of other workflows; without a failure it succeeded. */
export type ExternalJob =
  | {
      readonly kind: "resolveSignalExternal";
      readonly seq: number;
      readonly failure?: FailureData | undefined;
    }
  | {
      readonly kind: "resolveCancelExternal";
      readonly seq: number;
      readonly failure?: FailureData | undefined;
    };
