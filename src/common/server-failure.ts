import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

/** A failure that began in the Temporal server itself. */
export class ServerFailure extends TemporalFailure {
  declare readonly code: "SERVER_FAILURE";
  readonly nonRetryable: boolean;

  constructor(message: string | undefined, nonRetryable: boolean, cause?: Error) {
    super(message, cause);
    this.nonRetryable = nonRetryable;
  }

  static {
    realmSafe(ServerFailure, "ServerFailure", "SERVER_FAILURE");
  }
}
