import type { Info } from "../../activity/info.ts";
import type { ProtoFailure } from "../../common/failure.ts";
import type { Logger } from "../../common/logger.ts";
import type { Payload } from "../../common/payload.ts";
import type { TypeInfo } from "../../common/type-info.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { statusOf, type WorkerService } from "../service.ts";
import type { ActivityDataContext } from "./activity-data.ts";
import { convertOutcome, type OutcomeConversion } from "./convert-outcome.ts";
import type { Outcome } from "./outcome.ts";

/** What answers are sent with. */
export interface ReporterOptions extends OutcomeConversion {
  readonly service: Pick<WorkerService, "completeActivity" | "failActivity" | "cancelActivity">;
}

/** An attempt to answer for. `info` is absent when not even that could be read. */
export interface ReportedAttempt {
  readonly taskToken: Uint8Array;
  readonly of: ActivityDataContext;
  readonly info: Info | undefined;
  readonly logger: Logger;
  /** How its result is converted. */
  readonly outputType?: TypeInfo | undefined;
}

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
      const answer = await convertOutcome(outcome, attempt, this.#options);
      if (answer.kind === "completed") await service.completeActivity(attempt.taskToken, [answer.result]);
      else if (answer.kind === "failed") await service.failActivity(attempt.taskToken, answer.failure);
      else await service.cancelActivity(attempt.taskToken, detailsOf(answer.failure));
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
}

function detailsOf({ failureInfo }: ProtoFailure): readonly Payload[] {
  const details =
    failureInfo?.case === "canceledFailureInfo" ? failureInfo.value.details?.payloads : undefined;
  return (details ?? []) as readonly Payload[];
}
