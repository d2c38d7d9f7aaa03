import { encodeMultiOperationExecutionAborted } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { packDetail } from "./pack-detail.ts";
import { ServiceFailure } from "./service-failure.ts";

/** What became of one of several operations: its error; `"aborted"` because of another one; or it went well. */
export type OperationEnd = ServiceFailure | "aborted" | undefined;

/** The error of operations that are done together: its code is that of the one which failed. */
export function multiOperationFailure(ends: readonly OperationEnd[]): ServiceFailure {
  const failed = ends.find((end) => end instanceof ServiceFailure);
  return new ServiceFailure(
    failed?.status ?? GrpcStatus.ABORTED,
    "Update-with-Start could not be executed.",
    { kind: "MultiOperationExecutionFailure", value: { statuses: ends.map(statusOf) } },
  );
}

function statusOf(end: OperationEnd): {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
} {
  if (end === undefined) return { code: GrpcStatus.OK, message: "", details: [] };
  if (end === "aborted") return ABORTED;
  return {
    code: end.status,
    message: end.message,
    details: end.detail === undefined ? [] : [packDetail(end.detail)],
  };
}

const ABORTED = {
  code: GrpcStatus.ABORTED,
  message: "Operation was aborted.",
  details: [
    {
      typeUrl: "type.googleapis.com/temporal.api.failure.v1.MultiOperationExecutionAborted",
      value: encodeMultiOperationExecutionAborted({}),
    },
  ],
};
