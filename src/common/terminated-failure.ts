import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

/** A workflow was terminated: the `cause` of what waits for it. */
export class TerminatedFailure extends TemporalFailure {
  declare readonly code: "TERMINATED_FAILURE";

  static {
    realmSafe(TerminatedFailure, "TerminatedFailure", "TERMINATED_FAILURE");
  }
}
