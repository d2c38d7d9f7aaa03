import type { Init } from "../../codec-runtime/init.ts";
import type { Outcome } from "../../gen/codec/temporal/api/update/v1/message.ts";

/** An update of which the history tells. */
export interface UpdateRecord {
  readonly updateId: string;
  /** 0 while it is only admitted (after a reset). */
  readonly acceptedEventId: number;
  /** Undefined while it is not completed. */
  readonly outcome: Init<Outcome> | undefined;
}
