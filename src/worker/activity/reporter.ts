import type { Info } from "../../activity/info.ts";
import { ApplicationFailure, ensureApplicationFailure } from "../../common/application-failure.ts";
import { FAILURE_SOURCE, type ProtoFailure } from "../../common/failure.ts";
import type { Logger } from "../../common/logger.ts";
import type { Payload } from "../../common/payload.ts";
import { errorMessage } from "../../common/type-guards.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { statusOf, type WorkerService } from "../service.ts";
import type { ActivityData, ActivityDataContext } from "./activity-data.ts";
import type { Outcome } from "./outcome.ts";

/** What answers are sent with. */
export interface ReporterOptions {
  readonly service: Pick<WorkerService, "completeActivity" | "failActivity" | "cancelActivity">;
  readonly data: ActivityData;
  /** Largest result in bytes; 0 for no limit. */
  readonly maxResultBytes: number;
}

/** An attempt to answer for. `info` is absent when not even that could be read. */
export interface ReportedAttempt {
  readonly taskToken: Uint8Array;
  readonly of: ActivityDataContext;
  readonly info: Info | undefined;
  readonly logger: Logger;
}

type Answer =
  | { readonly kind: "completed"; readonly result: Payload }
  | { readonly kind: "failed"; readonly failure: ProtoFailure }
  | { readonly kind: "cancelled"; readonly details: readonly Payload[] };

/** Tells the server how attempts ended. Never rejects: what cannot be delivered is logged. */
export class ActivityReporter {
  readonly #options: ReporterOptions;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  async report(attempt: ReportedAttempt, outcome: Outcome): Promise<void> {
    if (outcome.kind === "completesAsync" || outcome.kind === "unwanted") return;
    const { service } = this.#options;
    try {
      const answer = await this.#convert(attempt, outcome);
      if (answer.kind === "completed") await service.completeActivity(attempt.taskToken, [answer.result]);
      else if (answer.kind === "failed") await service.failActivity(attempt.taskToken, answer.failure);
      else await service.cancelActivity(attempt.taskToken, answer.details);
    } catch (error) {
      if (statusOf(error) === GrpcStatus.NOT_FOUND) {
        attempt.logger.debug("The server no longer waits for this activity; its outcome is dropped", {
          error,
        });
      } else {
        attempt.logger.error("Failed to report the outcome of an activity", { outcome: outcome.kind, error });
      }
    }
  }

  /** Payloads that cannot be made turn the outcome into a failure, so that the server hears of it. */
  async #convert(
    attempt: ReportedAttempt,
    outcome: Exclude<Outcome, { kind: "completesAsync" | "unwanted" }>,
  ): Promise<Answer> {
    const { data } = this.#options;
    try {
      switch (outcome.kind) {
        case "completed": {
          const result = await data.toPayload(outcome.result, attempt.of);
          this.#checkSize(result, attempt);
          return { kind: "completed", result };
        }
        case "failed":
          return { kind: "failed", failure: await data.toFailure(outcome.failure, attempt.of) };
        case "cancelled": {
          const failure = await data.toFailure(outcome.failure, attempt.of);
          const { failureInfo } = failure;
          const details =
            failureInfo?.case === "canceledFailureInfo" ? failureInfo.value.details?.payloads : undefined;
          return { kind: "cancelled", details: (details ?? []) as readonly Payload[] };
        }
      }
    } catch (error) {
      attempt.logger.error(`Failed to convert the outcome of an activity: ${errorMessage(error)}`, { error });
      return { kind: "failed", failure: await this.#failureOf(error, attempt.of) };
    }
  }

  /** The failure of a conversion is itself sent without codecs when they are what fails. */
  async #failureOf(error: unknown, of: ActivityDataContext): Promise<ProtoFailure> {
    const failure = ensureApplicationFailure(error);
    try {
      return await this.#options.data.toFailure(failure, of);
    } catch {
      return plainFailure(failure.message, failure.type ?? "Error");
    }
  }

  #checkSize(result: Payload, attempt: ReportedAttempt): void {
    const limit = this.#options.maxResultBytes;
    const size = payloadBytes(result);
    if (limit === 0 || size <= limit) return;
    throw ApplicationFailure.retryable(
      `[TMPRL1103] The result of activity ${attempt.info?.activityType ?? attempt.of.activityId} has ${size} bytes, the namespace takes at most ${limit}. ` +
        "Return less, or store the data elsewhere and return a reference",
      "PayloadSizeError",
    );
  }
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
