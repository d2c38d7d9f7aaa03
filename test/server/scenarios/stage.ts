import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Payloads } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import type {
  PollActivityTaskQueueResponse,
  PollWorkflowTaskQueueResponse,
  RespondWorkflowTaskCompletedRequest,
  RespondWorkflowTaskCompletedResponse,
  StartWorkflowExecutionRequest,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { grpcStatusName, RpcError } from "../../../src/platform/rpc-port.ts";
import type { Connection } from "../../../src/transport/connection.ts";
import { errorDetails } from "../../../src/transport/error-details.ts";
import type { OperatorService, WorkflowService } from "../../../src/transport/services.ts";
import { Normaliser } from "./normalise.ts";
import type { LogEntry } from "./scenario.ts";

type CommandOf = Extract<NonNullable<Init<Command>["attributes"]>, { readonly case: string }>;
type NameOf = CommandOf["case"] extends infer Case
  ? Case extends `${infer Name}CommandAttributes`
    ? Name
    : never
  : never;
type ValueOf<Name extends string> = Extract<
  CommandOf,
  { readonly case: `${Name}CommandAttributes` }
>["value"];

/** Numbers of command types, as they go with the attributes. */
const COMMAND_TYPES: Readonly<Record<NameOf, number>> = {
  scheduleActivityTask: 1,
  requestCancelActivityTask: 2,
  startTimer: 3,
  completeWorkflowExecution: 4,
  failWorkflowExecution: 5,
  cancelTimer: 6,
  cancelWorkflowExecution: 7,
  requestCancelExternalWorkflowExecution: 8,
  recordMarker: 9,
  continueAsNewWorkflowExecution: 10,
  startChildWorkflowExecution: 11,
  signalExternalWorkflowExecution: 12,
  upsertWorkflowSearchAttributes: 13,
  protocolMessage: 14,
  modifyWorkflowProperties: 16,
  scheduleNexusOperation: 17,
  requestCancelNexusOperation: 18,
};

/** A command with its type number. */
export function command<Name extends NameOf>(name: Name, value: ValueOf<Name>): Init<Command> {
  // The case is built from the name that the value was checked against.
  const attributes = { case: `${name}CommandAttributes`, value } as unknown as Init<Command>["attributes"];
  return { commandType: COMMAND_TYPES[name], attributes };
}

/** One JSON payload. */
export function json(value: unknown): Init<Payloads> {
  const text = new TextEncoder();
  return {
    payloads: [
      { metadata: { encoding: text.encode("json/plain") }, data: text.encode(JSON.stringify(value)) },
    ],
  };
}

/** A span on the wire. */
export function seconds(value: number): { readonly seconds: bigint; readonly nanos: number } {
  const whole = Math.trunc(value);
  return { seconds: BigInt(whole), nanos: Math.round((value - whole) * 1e9) };
}

/** How long a poll of a scenario waits, on however slow a machine. */
const POLL_MS = 30_000;

/** Where a scenario plays: a server, names of its own, and the log. */
export class Stage {
  readonly service: WorkflowService;
  readonly operator: OperatorService;
  readonly namespace: string;
  readonly log: LogEntry[] = [];
  readonly normaliser: Normaliser;
  /** Default workflow id and task queue. */
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly #suffix: string = `-${crypto.randomUUID().slice(0, 8)}`;

  constructor(connection: Connection, namespace: string) {
    this.service = connection.workflowService;
    this.operator = connection.operatorService;
    this.namespace = namespace;
    this.normaliser = new Normaliser(this.#suffix);
    this.workflowId = this.id("wf");
    this.taskQueue = this.id("tq");
  }

  /** A name that no other run uses. */
  id(name: string): string {
    return `${name}${this.#suffix}`;
  }

  /** The default workflow, as requests name it. */
  get execution(): { readonly workflowId: string; readonly runId: string } {
    return { workflowId: this.workflowId, runId: "" };
  }

  /** Makes a call and logs its answer (or what `show` takes of it) or its error. Gives the answer; undefined after an error. */
  async step<Answer>(
    step: string,
    call: () => Promise<Answer>,
    show: (answer: Answer) => unknown = (answer) => answer,
  ): Promise<Answer | undefined> {
    try {
      const answer = await call();
      this.log.push({ step, answer: this.normaliser.value(show(answer)) });
      return answer;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const details = errorDetails(error).map((detail) =>
        this.normaliser.value({ kind: detail.kind, value: detail.value }),
      );
      const text = this.normaliser.text(`${grpcStatusName(error.status)}: ${error.details}`);
      this.log.push({ step, error: text, ...(details.length > 0 ? { details } : {}) });
      return undefined;
    }
  }

  /** Starts the default workflow, or another. Gives its run id. */
  async start(request: Init<StartWorkflowExecutionRequest> = {}): Promise<string> {
    const { runId } = await this.service.startWorkflowExecution({
      namespace: this.namespace,
      workflowId: this.workflowId,
      workflowType: { name: "scenario" },
      taskQueue: { name: this.taskQueue },
      identity: "starter",
      requestId: crypto.randomUUID(),
      ...request,
    });
    return runId;
  }

  /** Waits for a workflow task. Not logged. */
  async pollTask(taskQueue: string = this.taskQueue): Promise<PollWorkflowTaskQueueResponse> {
    const request = {
      namespace: this.namespace,
      taskQueue: { name: taskQueue },
      identity: "workflow-worker",
    };
    return await this.service.pollWorkflowTaskQueue(request, { deadline: Date.now() + POLL_MS });
  }

  /** Waits for an activity. Not logged. */
  async pollActivity(taskQueue: string = this.taskQueue): Promise<PollActivityTaskQueueResponse> {
    const request = {
      namespace: this.namespace,
      taskQueue: { name: taskQueue },
      identity: "activity-worker",
    };
    return await this.service.pollActivityTaskQueue(request, { deadline: Date.now() + POLL_MS });
  }

  /** Completes a workflow task. */
  async complete(
    task: { readonly taskToken: Uint8Array },
    commands: readonly Init<Command>[] = [],
    request: Init<RespondWorkflowTaskCompletedRequest> = {},
  ): Promise<RespondWorkflowTaskCompletedResponse> {
    return await this.service.respondWorkflowTaskCompleted({
      namespace: this.namespace,
      taskToken: task.taskToken,
      identity: "workflow-worker",
      commands,
      ...request,
    });
  }

  /** Takes the next workflow task and completes it. */
  async decide(...commands: readonly Init<Command>[]): Promise<PollWorkflowTaskQueueResponse> {
    const task = await this.pollTask();
    await this.complete(task, commands);
    return task;
  }

  /** Takes the next workflow task and closes the workflow. */
  async finish(): Promise<void> {
    await this.decide(command("completeWorkflowExecution", {}));
  }

  /** All events of a run. */
  async events(
    execution: { readonly workflowId: string; readonly runId?: string } = this.execution,
  ): Promise<readonly HistoryEvent[]> {
    const { namespace } = this;
    const events: HistoryEvent[] = [];
    let nextPageToken: Uint8Array = new Uint8Array();
    do {
      const request = { namespace, execution, nextPageToken };
      const answer = await this.service.getWorkflowExecutionHistory(request);
      events.push(...(answer.history?.events ?? []));
      nextPageToken = answer.nextPageToken;
    } while (nextPageToken.length > 0);
    return events;
  }

  /** Logs all events of a run. */
  async history(
    step = "history",
    execution: { readonly workflowId: string; readonly runId?: string } = this.execution,
  ): Promise<void> {
    await this.step(step, () => this.events(execution));
  }

  /** Waits. */
  async pause(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Waits until the history has an event of this kind (`workflowExecutionCompleted`). */
  async until(
    name: string,
    execution: { readonly workflowId: string; readonly runId?: string } = this.execution,
  ): Promise<void> {
    for (let left = 200; left > 0; left -= 1) {
      const events = await this.events(execution);
      if (events.some(({ attributes }) => attributes.case === `${name}EventAttributes`)) return;
      await this.pause(50);
    }
    throw new Error(`${name} did not come within 10 s`);
  }
}
