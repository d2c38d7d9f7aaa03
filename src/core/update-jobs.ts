import type { Payload, PayloadMap } from "../common/payload.ts";
import type { FailureData } from "./activation.ts";

/** An update arrives; workflow code accepts or rejects it in the very activation that brings it. */
export interface DoUpdateJob {
  readonly kind: "doUpdate";
  /** The update id, as clients know it. */
  readonly updateId: string;
  /** Names the update in the answers to this job. */
  readonly protocolInstanceId: string;
  readonly updateName: string;
  readonly args: readonly Payload[];
  readonly headers: PayloadMap;
  /** Who sent it. */
  readonly identity: string;
  /** False in a replay: history holds accepted updates only, so they were valid. */
  readonly runValidator: boolean;
}

/** What workflow code says to an update. */
export interface RespondToUpdate {
  readonly kind: "respondToUpdate";
  readonly protocolInstanceId: string;
  readonly response:
    | { readonly kind: "accepted" }
    /** Before acceptance: the update never was. After it: the handler failed. */
    | { readonly kind: "rejected"; readonly failure: FailureData }
    | { readonly kind: "completed"; readonly result?: Payload | undefined };
}
