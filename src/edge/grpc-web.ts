import {
  encodeCountWorkflowExecutionsRequest,
  encodeDescribeWorkflowExecutionRequest,
  encodeGetWorkflowExecutionHistoryRequest,
  encodeListWorkflowExecutionsRequest,
  encodePollWorkflowExecutionUpdateRequest,
  encodeQueryWorkflowRequest,
  encodeRequestCancelWorkflowExecutionRequest,
  encodeSignalWithStartWorkflowExecutionRequest,
  encodeSignalWorkflowExecutionRequest,
  encodeStartWorkflowExecutionRequest,
  encodeTerminateWorkflowExecutionRequest,
  encodeUpdateWorkflowExecutionRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { grpcWebPort } from "../transport/fetch/grpc-web.ts";
import { type EdgeConnection, type EdgeOptions, edgeConnection } from "./edge-connection.ts";
import { answerOf, pathOf } from "./edge-rpc.ts";

/** Requests share most of their messages: all of these cost little more than the first. */
const ENCODE: Readonly<Record<string, (request: object) => Uint8Array>> = {
  CountWorkflowExecutions: encodeCountWorkflowExecutionsRequest,
  DescribeWorkflowExecution: encodeDescribeWorkflowExecutionRequest,
  GetWorkflowExecutionHistory: encodeGetWorkflowExecutionHistoryRequest,
  ListWorkflowExecutions: encodeListWorkflowExecutionsRequest,
  PollWorkflowExecutionUpdate: encodePollWorkflowExecutionUpdateRequest,
  QueryWorkflow: encodeQueryWorkflowRequest,
  RequestCancelWorkflowExecution: encodeRequestCancelWorkflowExecutionRequest,
  SignalWithStartWorkflowExecution: encodeSignalWithStartWorkflowExecutionRequest,
  SignalWorkflowExecution: encodeSignalWorkflowExecutionRequest,
  StartWorkflowExecution: encodeStartWorkflowExecutionRequest,
  TerminateWorkflowExecution: encodeTerminateWorkflowExecutionRequest,
  UpdateWorkflowExecution: encodeUpdateWorkflowExecutionRequest,
};

/**
 * Calls by gRPC-Web, as Perdure's gateway and embedded server serve it, and Envoy.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * const temporal = grpcWeb({ address: "https://gateway.example.com", apiKey: "a token of the gateway" });
 * await signalWorkflow(temporal, { workflowId: "order-1" }, "pay", [42]);
 * ```
 */
export function grpcWeb(options: EdgeOptions): EdgeConnection {
  return edgeConnection(options, (channel) => {
    const port = grpcWebPort(channel);
    return async (rpc, request, call) => {
      const path = pathOf(rpc);
      const { bytes } = await port.unary(path, ENCODE[rpc.name]!(request), call);
      return answerOf(path, () => rpc.fromBinary(bytes));
    };
  });
}
