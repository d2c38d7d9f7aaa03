import type { Init } from "../codec-runtime/init.ts";
import type { Failure } from "../gen/codec/temporal/api/failure/v1/message.ts";
import { realmSafe } from "./realm-safe.ts";

/** A failure as it goes over the wire. */
export type ProtoFailure = Init<Failure>;

/** What every failure made by this SDK says of its origin; the official TypeScript SDK says the same (D2). */
export const FAILURE_SOURCE = "TypeScriptSDK";

/**
 * A failure that crosses workflow and activity boundaries. Do not extend it; of its subclasses throw only
 * `ApplicationFailure`.
 */
export class TemporalFailure extends Error {
  declare readonly code: string;
  override readonly cause?: Error | undefined;
  /** What came over the wire; absent when the failure was made here. Encoding such a failure again sends it unchanged. */
  failure?: ProtoFailure | undefined;

  constructor(message?: string | null, cause?: Error) {
    super(message ?? undefined);
    this.cause = cause;
  }

  static {
    realmSafe(TemporalFailure, "TemporalFailure", "TEMPORAL_FAILURE");
  }
}
