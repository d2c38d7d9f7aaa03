import type { CallingScope } from "../client/client-scope.ts";
import { encodeMapToPayloads, encodeToPayloadsWithContext } from "../converter/codec-run.ts";
import type { LoadedDataConverter } from "../converter/data-converter.ts";
import type { FailureConverter } from "../converter/sync/failure-converter.ts";
import type { WorkflowService } from "../transport/services.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import type { EdgeRpc } from "./edge-rpc.ts";

/** The methods that a function calls. */
export type EdgeService = Partial<Readonly<Record<keyof WorkflowService, EdgeRpc<unknown>>>>;

/**
 * What the client's functions are given on the edge: the methods that they call, and no others. `failureConverter` is for those that read
 * failures, so that bundles of others go without.
 */
export function edgeScope(
  temporal: EdgeConnection,
  rpcs: EdgeService,
  failureConverter?: FailureConverter,
): CallingScope {
  const { namespace, identity, dataConverter } = temporal;
  const { payloadConverter, payloadCodecs = [] } = dataConverter;
  const converter = {
    payloadConverter,
    payloadCodecs,
    failureConverter: dataConverter.failureConverter ?? failureConverter,
  } as LoadedDataConverter;
  const service = Object.fromEntries(
    Object.entries(rpcs).map(([name, rpc]) => [
      name,
      (request: object, call?: CallOptions) => temporal.call(rpc, request, call),
    ]),
  );
  return {
    connection: { workflowService: service as unknown as WorkflowService },
    namespace,
    identity,
    converter,
    whileWaiting: (wait) => wait(),
    workflowContext: (workflowId) => ({ type: "workflow", namespace, workflowId }),
    encode: async (_what, values, context, typeInfo) =>
      values.length === 0 ? undefined : encodeToPayloadsWithContext(converter, context, values, typeInfo),
    encodeMemo: (_what, memo, context) => encodeMapToPayloads(converter, memo, context),
  };
}
