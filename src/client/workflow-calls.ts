import { composeInterceptors } from "../common/interceptors.ts";
import { decodeFromPayloadsAtIndex } from "../converter/codec-run.ts";
import type { History, HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { reserveEagerSlot } from "../transport/eager-start.ts";
import type { WorkflowService } from "../transport/services.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { QueryRejectedError } from "./client-errors.ts";
import type { CallingScope } from "./client-scope.ts";
import {
  type RequestCancelWorkflowExecutionResponse,
  type TerminateWorkflowExecutionResponse,
  type WorkflowCancelInput,
  type WorkflowClientInterceptor,
  type WorkflowDescribeInput,
  type WorkflowQueryInput,
  type WorkflowSignalInput,
  type WorkflowSignalWithStartInput,
  type WorkflowStartInput,
  type WorkflowStartOutput,
  type WorkflowTerminateInput,
  withStartDetails,
} from "./interceptors.ts";
import { queryError, startError, workflowCallError } from "./rpc-errors.ts";
import { signalWithStartRequest, startRequest } from "./start-request.ts";
import { UpdateCalls } from "./update-calls.ts";
import type { DescribeWorkflowExecutionResponse, WorkflowExecution } from "./workflow-execution.ts";
import { queryRequest, signalRequest, terminateRequest } from "./workflow-requests.ts";

/** The calls of a workflow client, each inside the chain of interceptors. */
export class WorkflowCalls {
  readonly scope: CallingScope;
  readonly updates: UpdateCalls;
  readonly #interceptors: readonly WorkflowClientInterceptor[];
  readonly #starters: readonly WorkflowClientInterceptor[];

  constructor(scope: CallingScope, interceptors: readonly WorkflowClientInterceptor[]) {
    this.scope = scope;
    this.updates = new UpdateCalls(scope, interceptors);
    this.#interceptors = interceptors;
    this.#starters = interceptors.map(withStartDetails);
  }

  get #service(): WorkflowService {
    return this.scope.connection.workflowService;
  }

  start(input: WorkflowStartInput, call: CallOptions | undefined): Promise<WorkflowStartOutput> {
    return composeInterceptors(this.#starters, "startWithDetails", (last) => this.#start(last, call))(input);
  }

  signalWithStart(input: WorkflowSignalWithStartInput, call: CallOptions | undefined): Promise<string> {
    const next = (last: WorkflowSignalWithStartInput): Promise<string> => this.#signalWithStart(last, call);
    return composeInterceptors(this.#interceptors, "signalWithStart", next)(input);
  }

  signal(input: WorkflowSignalInput, call: CallOptions | undefined): Promise<void> {
    return composeInterceptors(this.#interceptors, "signal", (last) => this.#signal(last, call))(input);
  }

  query(input: WorkflowQueryInput, call: CallOptions | undefined): Promise<unknown> {
    return composeInterceptors(this.#interceptors, "query", (last) => this.#query(last, call))(input);
  }

  terminate(
    input: WorkflowTerminateInput,
    call: CallOptions | undefined,
  ): Promise<TerminateWorkflowExecutionResponse> {
    return composeInterceptors(this.#interceptors, "terminate", (last) => this.#terminate(last, call))(input);
  }

  cancel(
    input: WorkflowCancelInput,
    call: CallOptions | undefined,
  ): Promise<RequestCancelWorkflowExecutionResponse> {
    return composeInterceptors(this.#interceptors, "cancel", (last) => this.#cancel(last, call))(input);
  }

  describe(
    input: WorkflowDescribeInput,
    call: CallOptions | undefined,
  ): Promise<DescribeWorkflowExecutionResponse> {
    return composeInterceptors(this.#interceptors, "describe", (last) => this.#describe(last, call))(input);
  }

  /** All events of a run. Not part of any chain, as in the official client. */
  async fetchHistory(execution: WorkflowExecution, call?: CallOptions): Promise<History> {
    const { namespace } = this.scope;
    const events: HistoryEvent[] = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const response = await this.#service
        .getWorkflowExecutionHistory({ namespace, execution, nextPageToken }, call)
        .catch((error: unknown) => {
          throw workflowCallError(error, "Failed to get Workflow execution history", execution);
        });
      for (const event of response.history?.events ?? []) events.push(event);
      nextPageToken = response.nextPageToken;
    } while (nextPageToken.length > 0);
    return { events };
  }

  async #start(input: WorkflowStartInput, call: CallOptions | undefined): Promise<WorkflowStartOutput> {
    const { workflowType, options } = input;
    const { workflowId, taskQueue } = options;
    const request = await startRequest(this.scope, input);
    const { connection, namespace } = this.scope;
    const slot = options.requestEagerStart
      ? reserveEagerSlot(connection, { namespace, taskQueue })
      : undefined;
    const eagerWorkerDeploymentOptions = slot?.deployment;
    const eager = { eagerWorkerDeploymentOptions, ...request, requestEagerExecution: slot !== undefined };
    const started = this.#service.startWorkflowExecution(eager, call);
    const response = await started.catch((error: unknown) => {
      slot?.release();
      throw startError(error, "Failed to start Workflow", { workflowId, workflowType });
    });
    const task = response.eagerWorkflowTask;
    if (task === undefined) slot?.release();
    else slot?.accept(task);
    return { runId: response.runId, eagerlyStarted: slot !== undefined && task !== undefined };
  }

  async #signalWithStart(
    input: WorkflowSignalWithStartInput,
    call: CallOptions | undefined,
  ): Promise<string> {
    const request = await signalWithStartRequest(this.scope, input);
    try {
      return (await this.#service.signalWithStartWorkflowExecution(request, call)).runId;
    } catch (error) {
      const { workflowType, options } = input;
      throw startError(error, "Failed to signalWithStart Workflow", {
        workflowId: options.workflowId,
        workflowType,
      });
    }
  }

  async #signal(input: WorkflowSignalInput, call: CallOptions | undefined): Promise<void> {
    const request = await signalRequest(this.scope, input);
    try {
      await this.#service.signalWorkflowExecution(request, call);
    } catch (error) {
      throw workflowCallError(error, "Failed to signal Workflow", input.workflowExecution);
    }
  }

  async #query(input: WorkflowQueryInput, call: CallOptions | undefined): Promise<unknown> {
    const { workflowExecution } = input;
    const request = await queryRequest(this.scope, input);
    const response = await this.#service.queryWorkflow(request, call).catch((error: unknown) => {
      throw queryError(error, workflowExecution);
    });
    if (response.queryRejected !== undefined) throw new QueryRejectedError(response.queryRejected.status);
    const context = this.scope.workflowContext(workflowExecution.workflowId);
    const converter = await this.scope.converter;
    return decodeFromPayloadsAtIndex(
      converter,
      0,
      response.queryResult?.payloads,
      context,
      input.typeInfo?.outputType,
    );
  }

  async #terminate(
    input: WorkflowTerminateInput,
    call: CallOptions | undefined,
  ): Promise<TerminateWorkflowExecutionResponse> {
    const request = await terminateRequest(this.scope, input);
    try {
      return await this.#service.terminateWorkflowExecution(request, call);
    } catch (error) {
      throw workflowCallError(error, "Failed to terminate Workflow", input.workflowExecution);
    }
  }

  async #cancel(
    input: WorkflowCancelInput,
    call: CallOptions | undefined,
  ): Promise<RequestCancelWorkflowExecutionResponse> {
    const { namespace, identity } = this.scope;
    const request = { namespace, identity, requestId: crypto.randomUUID(), ...input };
    try {
      return await this.#service.requestCancelWorkflowExecution(request, call);
    } catch (error) {
      throw workflowCallError(error, "Failed to cancel Workflow", input.workflowExecution);
    }
  }

  async #describe(
    { workflowExecution }: WorkflowDescribeInput,
    call: CallOptions | undefined,
  ): Promise<DescribeWorkflowExecutionResponse> {
    const request = { namespace: this.scope.namespace, execution: workflowExecution };
    try {
      return await this.#service.describeWorkflowExecution(request, call);
    } catch (error) {
      throw workflowCallError(error, "Failed to describe Workflow", workflowExecution);
    }
  }
}
