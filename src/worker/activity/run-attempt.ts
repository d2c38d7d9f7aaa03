import { ApplicationFailureCategory } from "../../common/application-failure.ts";
import type { Clock } from "../clock.ts";
import type { ActivityExecution } from "./execution.ts";
import type { PreparedActivity } from "./intake.ts";
import { isCancellationError, type Outcome, outcomeOf, type Settled } from "./outcome.ts";

/** An attempt that has ended: what the function did, and what that is to the server. */
export interface EndedAttempt {
  readonly settled: Settled;
  readonly outcome: Outcome;
}

/** Runs one attempt to its end and logs how it went. Never rejects. */
export async function runAttempt(
  execution: ActivityExecution,
  { fn, input }: Pick<PreparedActivity, "fn" | "input">,
  clock: Pick<Clock, "nowMs">,
): Promise<EndedAttempt> {
  const startedMs = clock.nowMs();
  execution.logger.debug("Activity started");
  let settled: Settled;
  try {
    settled = { kind: "returned", value: await execution.run(fn, input) };
  } catch (error) {
    settled = { kind: "threw", error };
  }
  const details = execution.context.cancellationDetails;
  const outcome = outcomeOf(settled, { reason: execution.cancelReason, details });
  logOutcome(execution, { settled, outcome, durationMs: clock.nowMs() - startedMs });
  return { settled, outcome };
}

interface Ending extends EndedAttempt {
  readonly durationMs: number;
}

function logOutcome(execution: ActivityExecution, { settled, outcome, durationMs }: Ending): void {
  const { logger } = execution;
  switch (outcome.kind) {
    case "completed":
      logger.debug("Activity completed", { durationMs });
      return;
    case "cancelled":
      logger.debug("Activity completed as cancelled", { durationMs });
      return;
    case "completesAsync":
      logger.debug("Activity will complete asynchronously", { durationMs });
      return;
    case "unwanted":
      logger.debug("Activity ended after the server had given it up", {
        durationMs,
        reason: execution.cancelReason,
      });
      return;
    case "failed": {
      if (
        settled.kind === "threw" &&
        execution.cancelReason !== undefined &&
        isCancellationError(settled.error)
      ) {
        logger.debug("Activity stopped because it was asked to", {
          durationMs,
          reason: execution.cancelReason,
        });
        return;
      }
      const error = settled.kind === "threw" ? settled.error : outcome.failure;
      const benign = outcome.failure.category === ApplicationFailureCategory.BENIGN;
      logger.log(benign ? "DEBUG" : "WARN", "Activity failed", { error, durationMs });
    }
  }
}
