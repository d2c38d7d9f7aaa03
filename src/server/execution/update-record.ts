import type { Init } from "../../codec-runtime/init.ts";
import type { Outcome, Request } from "../../gen/codec/temporal/api/update/v1/message.ts";

/** An update of which the history tells. */
export interface UpdateRecord {
  readonly updateId: string;
  /** 0 while it is only admitted (after a reset). */
  readonly acceptedEventId: number;
  /** Undefined while it is not completed. */
  readonly outcome: Init<Outcome> | undefined;
}

/** An update that no worker has accepted or refused yet. Replaced, never changed. */
export interface LiveUpdate {
  readonly updateId: string;
  /** Undefined: the history tells it (UpdateAdmitted), and workers read it there. */
  readonly request: Init<Request> | undefined;
  /** Encoded size of the request. */
  readonly bytes: number;
  /** Stamp of the workflow task that last brought it to a worker; 0: none has. */
  readonly sentWith: number;
  /** Its worker accepted it behind the command that closed the run. */
  readonly tooLate?: boolean;
}
