import type { RetryPolicy } from "../../src/gen/codec/temporal/api/common/v1/message.ts";

type Duration = { readonly seconds: bigint; readonly nanos: number };

/** A duration in milliseconds; 0 when it is absent. */
export function ms(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

/** A retry policy with what the server fills in. */
export function retryPolicyOf(policy: RetryPolicy | undefined): object {
  const initial = ms(policy?.initialInterval) || 1000;
  return {
    initial,
    coefficient: policy?.backoffCoefficient || 2,
    maximum: ms(policy?.maximumInterval) || initial * 100,
    attempts: policy?.maximumAttempts ?? 0,
    nonRetryable: policy?.nonRetryableErrorTypes ?? [],
  };
}
