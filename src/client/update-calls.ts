import type { Init } from "../codec-runtime/init.ts";
import { IllegalStateError } from "../common/errors.ts";
import { composeInterceptors, type Headers } from "../common/interceptors.ts";
import type { PayloadTypeInfo } from "../common/type-info.ts";
import type { Outcome } from "../gen/codec/temporal/api/update/v1/message.ts";
import type {
  ExecuteMultiOperationResponse,
  StartWorkflowExecutionResponse,
  UpdateWorkflowExecutionRequest,
  UpdateWorkflowExecutionResponse,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { CallingScope } from "./client-scope.ts";
import type {
  WorkflowClientInterceptor,
  WorkflowStartUpdateInput,
  WorkflowStartUpdateOutput,
  WorkflowStartUpdateWithStartInput,
  WorkflowStartUpdateWithStartOutput,
} from "./interceptors.ts";
import { startRequest } from "./start-request.ts";
import { updateError, updateWithStartError } from "./update-errors.ts";
import type { WorkflowExecution } from "./workflow-execution.ts";
import { stageNumber, type WaitableUpdateStage } from "./workflow-update-stage.ts";

/** How one update is called. */
export interface UpdateCall {
  readonly waitForStage: WaitableUpdateStage;
  readonly call: CallOptions | undefined;
}

/** How an update-with-start is called. */
export interface UpdateWithStartCall extends UpdateCall {
  /** Told once the workflow is known to run, whatever becomes of the update. */
  onStarted(response: StartWorkflowExecutionResponse): void;
}

/**
 * The calls about updates, each inside the chain of interceptors.
 *
 * U1. An update is asked for again, under the same id, until the workflow has accepted or rejected it: only then is it
 *     durable. The server takes an id that it knows for the same update.
 */
export class UpdateCalls {
  readonly scope: CallingScope;
  readonly #interceptors: readonly WorkflowClientInterceptor[];

  constructor(scope: CallingScope, interceptors: readonly WorkflowClientInterceptor[]) {
    this.scope = scope;
    this.#interceptors = interceptors;
  }

  start(input: WorkflowStartUpdateInput, how: UpdateCall): Promise<WorkflowStartUpdateOutput> {
    return composeInterceptors(this.#interceptors, "startUpdate", (last) => this.#start(last, how))(input);
  }

  startWithStart(
    input: WorkflowStartUpdateWithStartInput,
    how: UpdateWithStartCall,
  ): Promise<WorkflowStartUpdateWithStartOutput> {
    const next = (last: WorkflowStartUpdateWithStartInput): Promise<WorkflowStartUpdateWithStartOutput> =>
      this.#startWithStart(last, how);
    return composeInterceptors(this.#interceptors, "startUpdateWithStart", next)(input);
  }

  /** Waits until an update has its outcome. Not part of any chain, as in the official client. */
  async pollOutcome(
    workflowExecution: WorkflowExecution,
    updateId: string,
    call: CallOptions | undefined,
  ): Promise<Outcome> {
    const { namespace, identity, connection } = this.scope;
    const request = {
      namespace,
      identity,
      updateRef: { workflowExecution, updateId },
      waitPolicy: { lifecycleStage: stageNumber("COMPLETED") },
    };
    for (;;) {
      const { outcome } = await connection.workflowService
        .pollWorkflowExecutionUpdate(request, call)
        .catch((error: unknown) => {
          throw updateError(error, "Workflow Update Poll failed", workflowExecution);
        });
      // Without an outcome the server's long poll ran out.
      if (outcome !== undefined) return outcome;
    }
  }

  async #start(input: WorkflowStartUpdateInput, how: UpdateCall): Promise<WorkflowStartUpdateOutput> {
    const { workflowExecution, firstExecutionRunId, updateName, args, typeInfo, headers, options } = input;
    const { updateId = crypto.randomUUID() } = options;
    const update = { updateId, updateName, args, typeInfo, headers, workflowExecution };
    const request = await this.#request(update, how);
    const { workflowService } = this.scope.connection;
    for (;;) {
      const response = await workflowService
        .updateWorkflowExecution({ ...request, firstExecutionRunId }, how.call)
        .catch((error: unknown) => {
          throw updateError(error, "Workflow Update failed", workflowExecution);
        });
      if (!isDurable(response)) continue;
      const workflowRunId = response.updateRef?.workflowExecution?.runId ?? "";
      return {
        updateId,
        workflowRunId,
        outcome: response.outcome,
        outputTypeInfo: typeInfo?.outputType,
      };
    }
  }

  async #startWithStart(
    input: WorkflowStartUpdateWithStartInput,
    how: UpdateWithStartCall,
  ): Promise<WorkflowStartUpdateWithStartOutput> {
    const { workflowType, workflowStartOptions: options, workflowStartHeaders, updateName } = input;
    const { updateId = crypto.randomUUID() } = input.updateOptions;
    const { workflowId } = options;
    const update = {
      updateId,
      updateName,
      args: input.updateArgs,
      typeInfo: input.updateTypeInfo,
      headers: input.updateHeaders,
      workflowExecution: { workflowId },
    };
    const startInput = { workflowType, options, headers: workflowStartHeaders };
    const [start, updateWorkflow] = await Promise.all([
      startRequest(this.scope, startInput),
      this.#request(update, how),
    ]);
    const { namespace, connection } = this.scope;
    const request = {
      namespace,
      operations: [
        // The answer could not hold the first task.
        { operation: { case: "startWorkflow", value: { ...start, requestEagerExecution: false } } },
        { operation: { case: "updateWorkflow", value: updateWorkflow } },
      ],
    } as const;
    for (let attempt = 1; ; attempt++) {
      const response = await connection.workflowService
        .executeMultiOperation(request, how.call)
        .catch((error: unknown) => {
          throw updateWithStartError(error, { workflowId, workflowType });
        });
      const [started, updated] = operations(response);
      if (attempt === 1) how.onStarted(started);
      if (!isDurable(updated)) continue;
      const runId = updated.updateRef?.workflowExecution?.runId || started.runId;
      return {
        workflowExecution: { workflowId, runId },
        updateId,
        updateOutcome: updated.outcome,
        updateOutputTypeInfo: input.updateTypeInfo?.outputType,
      };
    }
  }

  async #request(
    update: {
      readonly updateId: string;
      readonly updateName: string;
      readonly args: readonly unknown[];
      readonly typeInfo: PayloadTypeInfo | undefined;
      readonly headers: Headers;
      readonly workflowExecution: WorkflowExecution;
    },
    { waitForStage }: UpdateCall,
  ): Promise<Init<UpdateWorkflowExecutionRequest>> {
    const { updateId, updateName, args, typeInfo, headers, workflowExecution } = update;
    const { namespace, identity } = this.scope;
    const context = this.scope.workflowContext(workflowExecution.workflowId);
    const what = `Arguments of update '${updateName}'`;
    const payloads = await this.scope.encode(what, args, context, typeInfo?.inputTypes);
    return {
      namespace,
      workflowExecution,
      waitPolicy: { lifecycleStage: stageNumber(waitForStage) },
      request: {
        meta: { updateId, identity },
        input: { name: updateName, header: { fields: headers }, args: { payloads } },
      },
    };
  }
}

function isDurable({ stage, outcome }: UpdateWorkflowExecutionResponse): boolean {
  return outcome !== undefined || stage >= stageNumber("ACCEPTED");
}

function operations({
  responses,
}: ExecuteMultiOperationResponse): [StartWorkflowExecutionResponse, UpdateWorkflowExecutionResponse] {
  const [start, update] = responses;
  if (start?.response.case !== "startWorkflow" || update?.response.case !== "updateWorkflow") {
    const cases = responses.map(({ response }) => response.case ?? "nothing").join(", ");
    throw new IllegalStateError(
      `The server answered update-with-start with ${cases || "no answers"}; expected startWorkflow, updateWorkflow`,
    );
  }
  return [start.response.value, update.response.value];
}
