import { type Duration, msToNumber } from "../common/duration.ts";
import { userMetadataToPayload } from "../converter/sync/user-metadata.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { TimerInput, TimerOptions } from "./interceptors.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand } from "./runtime/run.ts";

/**
 * Waits for a time that the server keeps, so that it outlasts the worker. Times of 0 and below count as 1 ms.
 *
 * @param ms milliseconds, or text such as `"30 days"`
 * @throws {CancelledFailure} when the current scope is cancelled
 * @throws {ValueError} when `ms` is not a duration
 * @example
 * ```ts
 * await sleep("1 day", { summary: "before the reminder" });
 * ```
 */
export function sleep(ms: Duration, options?: TimerOptions): Promise<void> {
  const run = requireWritableRun("sleep");
  const seq = run.nextSeqs.timer++;
  const durationMs = Math.max(1, msToNumber(ms, "time of sleep()"));
  return composeInterceptors(
    run.interceptors.outbound,
    "startTimer",
    startTimer,
  )({
    durationMs,
    seq,
    options,
  });
}

function startTimer({ durationMs, seq, options }: TimerInput): Promise<void> {
  const run = requireRun();
  const { payload, context } = run.converters;
  return new Promise<void>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    if (scope.cancellable) {
      scope.cancelRequested.catch((error: unknown) => {
        if (!run.pending.timers.delete(seq)) return;
        pushCommand(run, { kind: "cancelTimer", seq }, options?.eventGroups);
        reject(error);
      });
    }
    const command = {
      kind: "startTimer",
      seq,
      startToFireMs: durationMs,
      userMetadata: userMetadataToPayload(payload, { summary: options?.summary }, context),
    } as const;
    pushCommand(run, command, options?.eventGroups);
    run.pending.timers.set(seq, { resolve, reject });
  });
}
