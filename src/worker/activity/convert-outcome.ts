import { ApplicationFailure, ensureApplicationFailure } from "../../common/application-failure.ts";
import { FAILURE_SOURCE, type ProtoFailure } from "../../common/failure.ts";
import type { Payload } from "../../common/payload.ts";
import { errorMessage } from "../../common/type-guards.ts";
import type { ActivityData, ActivityDataContext } from "./activity-data.ts";
import type { Outcome } from "./outcome.ts";
import type { ReportedAttempt } from "./reporter.ts";

/** An outcome as payloads. */
export type ConvertedOutcome =
  | { readonly kind: "completed"; readonly result: Payload }
  | { readonly kind: "failed" | "cancelled"; readonly failure: ProtoFailure };

/** What outcomes are converted with. */
export interface OutcomeConversion {
  readonly data: ActivityData;
  /** Largest result in bytes; 0 for no limit. */
  readonly maxResultBytes: number;
}

type Attempt = Pick<ReportedAttempt, "of" | "info" | "logger" | "outputType">;

/** Payloads that cannot be made turn the outcome into a failure, so that whoever waits hears of it. Never rejects. */
export async function convertOutcome(
  outcome: Exclude<Outcome, { kind: "completesAsync" | "unwanted" }>,
  attempt: Attempt,
  { data, maxResultBytes }: OutcomeConversion,
): Promise<ConvertedOutcome> {
  try {
    if (outcome.kind !== "completed") {
      return { kind: outcome.kind, failure: await data.toFailure(outcome.failure, attempt.of) };
    }
    const result = await data.toPayload(outcome.result, attempt.of, attempt.outputType);
    checkSize(result, attempt, maxResultBytes);
    return { kind: "completed", result };
  } catch (error) {
    attempt.logger.error(`Failed to convert the outcome of an activity: ${errorMessage(error)}`, { error });
    return { kind: "failed", failure: await failureOf(error, attempt.of, data) };
  }
}

/** The failure of a conversion is itself sent without codecs when they are what fails. */
async function failureOf(error: unknown, of: ActivityDataContext, data: ActivityData): Promise<ProtoFailure> {
  const failure = ensureApplicationFailure(error);
  try {
    return await data.toFailure(failure, of);
  } catch {
    return plainFailure(failure.message, failure.type ?? "Error");
  }
}

function checkSize(result: Payload, attempt: Attempt, limit: number): void {
  const size = payloadBytes(result);
  if (limit === 0 || size <= limit) return;
  throw ApplicationFailure.retryable(
    `[TMPRL1103] The result of activity ${attempt.info?.activityType ?? attempt.of.activityId} has ${size} bytes, the namespace takes at most ${limit}. ` +
      "Return less, or store the data elsewhere and return a reference",
    "PayloadSizeError",
  );
}

function payloadBytes(payload: Payload): number {
  let size = payload.data?.length ?? 0;
  for (const [key, value] of Object.entries(payload.metadata ?? {})) size += key.length + value.length;
  return size;
}

/** A failure that needs neither converter nor codec. */
function plainFailure(message: string, type: string): ProtoFailure {
  return {
    message,
    source: FAILURE_SOURCE,
    failureInfo: { case: "applicationFailureInfo", value: { type, nonRetryable: false } },
  };
}
