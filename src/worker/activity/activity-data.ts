import type { ProtoFailure } from "../../common/failure.ts";
import type { Payload } from "../../common/payload.ts";
import type { TypeInfo } from "../../common/type-info.ts";

/** Which activity a value belongs to; converters and codecs may depend on it. */
export interface ActivityDataContext {
  readonly namespace: string;
  readonly activityId: string;
  readonly workflowId: string | undefined;
  readonly isLocal: boolean;
}

/** Values to payloads and back, codecs included. */
export interface ActivityData {
  toPayload(value: unknown, of: ActivityDataContext, type?: TypeInfo): Promise<Payload>;
  fromPayloads(
    payloads: readonly Payload[],
    of: ActivityDataContext,
    types?: readonly TypeInfo[],
  ): Promise<unknown[]>;
  toFailure(error: unknown, of: ActivityDataContext): Promise<ProtoFailure>;
}
