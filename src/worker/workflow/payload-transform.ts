import { FAILURE_SOURCE, type ProtoFailure } from "../../common/failure.ts";
import type { Payload } from "../../common/payload.ts";
import { errorMessage } from "../../common/type-guards.ts";
import { decodePayload, encodePayload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { encodeFailure } from "../../gen/codec/temporal/api/failure/v1/message.ts";

/** Payloads to payloads: the user's codecs. */
export interface PayloadTransform {
  encode(
    payloads: Payload[],
    of: { readonly namespace: string; readonly workflowId: string },
  ): Promise<Payload[]>;
  decode(
    payloads: Payload[],
    of: { readonly namespace: string; readonly workflowId: string },
  ): Promise<Payload[]>;
}

/** A batch that a thread wants transformed. */
export interface TransformRequest {
  readonly direction: "encode" | "decode";
  readonly workflowId: string;
  readonly payloads: readonly Uint8Array[];
}

/** The transformed batch, or an encoded `Failure`. */
export type TransformResult =
  | { readonly kind: "ok"; readonly payloads: readonly Uint8Array[] }
  | { readonly kind: "error"; readonly failure: Uint8Array };

/** Applies the codecs to a batch. Never rejects: what a codec throws becomes a failure of the workflow task. */
export async function transformPayloads(
  transform: PayloadTransform,
  request: TransformRequest,
  namespace: string,
): Promise<TransformResult> {
  try {
    const payloads = request.payloads.map((bytes): Payload => decodePayload(bytes));
    const of = { namespace, workflowId: request.workflowId };
    const changed = await transform[request.direction](payloads, of);
    if (!Array.isArray(changed) || changed.length !== payloads.length) {
      throw new TypeError(
        `${request.direction} must return one payload for each of the ${payloads.length} given, got ${Array.isArray(changed) ? changed.length : typeof changed}`,
      );
    }
    return { kind: "ok", payloads: changed.map((payload) => encodePayload(payload)) };
  } catch (error) {
    return { kind: "error", failure: encodeFailure(codecFailure(request, error)) };
  }
}

function codecFailure(request: TransformRequest, error: unknown): ProtoFailure {
  const count = request.payloads.length;
  return {
    message: `Payload codec failed to ${request.direction} ${count} payload${count === 1 ? "" : "s"} of workflow ${request.workflowId}: ${errorMessage(error) ?? String(error)}`,
    source: FAILURE_SOURCE,
    stackTrace: error instanceof Error ? (error.stack ?? "") : "",
    failureInfo: {
      case: "applicationFailureInfo",
      value: { type: "PayloadCodecError", nonRetryable: false },
    },
  };
}
