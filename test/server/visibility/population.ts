import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Payload } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import { CommandType } from "../../../src/gen/codec/temporal/api/enums/v1/command_type.ts";
import type { OperatorService, WorkflowService } from "../../../src/transport/services.ts";

/** The search attributes of the namespace that the tables run against, by name and IndexedValueType. */
export const ATTRIBUTES: Readonly<Record<string, number>> = {
  CText: 1,
  CKeyword: 2,
  CInt: 3,
  CDouble: 4,
  CBool: 5,
  CDatetime: 6,
  CList: 7,
};

/** Where a run ends. `open` and `delayed` stay as they were started. */
type Fate =
  | "open"
  | "delayed"
  | "complete"
  | "fail"
  | "cancel"
  | "terminate"
  | "timeout"
  | "continue"
  | "parent";

interface Subject {
  readonly id: string;
  readonly type: string;
  readonly fate: Fate;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const SUBJECTS: readonly Subject[] = [
  {
    id: "order-1",
    type: "order",
    fate: "open",
    attributes: {
      CKeyword: "alpha",
      CInt: 5,
      CDouble: 1.5,
      CBool: true,
      CDatetime: "2026-01-01T00:00:00Z",
      CText: "Hello big World",
      CList: ["x", "y"],
    },
  },
  {
    id: "order-2",
    type: "order",
    fate: "open",
    attributes: {
      CKeyword: "beta",
      CInt: 10,
      CDouble: -2.25,
      CBool: false,
      CDatetime: "2026-06-01T12:30:00.5Z",
      CText: "small world",
      CList: ["y"],
    },
  },
  { id: "order-3", type: "order", fate: "open" },
  { id: "ship-1", type: "ship", fate: "complete", attributes: { CKeyword: "alpha%_", CInt: 7 } },
  { id: "ship-2", type: "ship", fate: "fail", attributes: { CText: "it's world", CKeyword: "alpha" } },
  { id: "ship-3", type: "ship", fate: "terminate", attributes: { CList: ["x", "two words"], CInt: -3 } },
  { id: "ship-4", type: "ship", fate: "cancel", attributes: { CDouble: 1, CBool: true } },
  { id: "loop", type: "loop", fate: "continue", attributes: { CKeyword: "beta" } },
  { id: "it's", type: "odd", fate: "open" },
  { id: 'say "hi"', type: "odd", fate: "open" },
  { id: "back\\slash", type: "odd", fate: "open" },
  { id: "ünï", type: "odd", fate: "open", attributes: { CText: "Über-Straße foo_bar", CKeyword: "ÜNI" } },
  {
    id: "div-1",
    type: "hidden",
    fate: "open",
    attributes: { TemporalNamespaceDivision: "TemporalScheduler" },
  },
  { id: "late", type: "late", fate: "timeout" },
  { id: "delayed", type: "late", fate: "delayed", attributes: {} },
  { id: "parent-1", type: "parent", fate: "parent" },
];

const encoder = new TextEncoder();

/** A value as the JSON converters of SDKs write it. */
export function jsonPayload(value: unknown, encoding = "json/plain"): Init<Payload> {
  return { metadata: { encoding: encoder.encode(encoding) }, data: encoder.encode(JSON.stringify(value)) };
}

/** Starts, and ends as they should, the runs that the tables list. */
export async function populate(
  namespace: string,
  workflow: WorkflowService,
  operator: OperatorService,
): Promise<void> {
  await workflow.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } });
  await eventually(() => workflow.countWorkflowExecutions({ namespace }));
  await operator.addSearchAttributes({ namespace, searchAttributes: ATTRIBUTES });
  for (const subject of SUBJECTS) {
    await eventually(() => start(namespace, workflow, subject));
    await finish(namespace, workflow, subject);
  }
  // 16 subjects, a continuation and a child; the last thing that happens is the time-out of `late`.
  await eventually(async () => {
    const query = "TemporalNamespaceDivision IS NULL OR TemporalNamespaceDivision IS NOT NULL";
    const { count } = await workflow.countWorkflowExecutions({ namespace, query });
    const closed = await workflow.countWorkflowExecutions({
      namespace,
      query: "ExecutionStatus != 'Running'",
    });
    if (count !== 18n || closed.count !== 6n)
      throw new Error(`${count} runs, ${closed.count} of them closed`);
  });
}

async function start(namespace: string, workflow: WorkflowService, subject: Subject): Promise<void> {
  const fields: Record<string, Init<Payload>> = {};
  for (const [name, value] of Object.entries(subject.attributes ?? {})) fields[name] = jsonPayload(value);
  await workflow.startWorkflowExecution({
    namespace,
    workflowId: subject.id,
    requestId: subject.id,
    workflowType: { name: subject.type },
    taskQueue: { name: isPolled(subject.fate) ? `vis-${subject.fate}` : "vis-open" },
    memo: { fields: subject.id === "order-1" ? { note: jsonPayload("first") } : {} },
    searchAttributes: { indexedFields: fields },
    priority: subject.id === "order-3" ? { priorityKey: 2 } : undefined,
    workflowStartDelay: subject.fate === "delayed" ? { seconds: 3600 } : undefined,
    workflowRunTimeout: subject.fate === "timeout" ? { seconds: 1 } : undefined,
  });
}

function isPolled(fate: Fate): boolean {
  return fate !== "open" && fate !== "delayed" && fate !== "timeout" && fate !== "terminate";
}

async function finish(namespace: string, workflow: WorkflowService, { id, fate }: Subject): Promise<void> {
  // Queries ask how long runs took, and ours are measured in milliseconds: no run takes none.
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (fate === "terminate") {
    await workflow.terminateWorkflowExecution({ namespace, workflowExecution: { workflowId: id } });
  }
  if (!isPolled(fate)) return;
  const taskQueue = { name: `vis-${fate}` };
  const { taskToken } = await workflow.pollWorkflowTaskQueue(
    { namespace, taskQueue, identity: "test" },
    { deadline: Date.now() + 20_000 },
  );
  await workflow.respondWorkflowTaskCompleted({ namespace, taskToken, commands: [commandOf(fate)] });
}

function commandOf(fate: Fate): Init<Command> {
  switch (fate) {
    case "complete":
      return {
        commandType: CommandType.COMPLETE_WORKFLOW_EXECUTION,
        attributes: { case: "completeWorkflowExecutionCommandAttributes", value: {} },
      };
    case "fail":
      return {
        commandType: CommandType.FAIL_WORKFLOW_EXECUTION,
        attributes: {
          case: "failWorkflowExecutionCommandAttributes",
          value: {
            failure: {
              message: "no",
              failureInfo: { case: "applicationFailureInfo", value: { nonRetryable: true } },
            },
          },
        },
      };
    case "cancel":
      return {
        commandType: CommandType.CANCEL_WORKFLOW_EXECUTION,
        attributes: { case: "cancelWorkflowExecutionCommandAttributes", value: {} },
      };
    case "continue":
      return {
        commandType: CommandType.CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
        attributes: {
          case: "continueAsNewWorkflowExecutionCommandAttributes",
          value: {
            workflowType: { name: "loop" },
            taskQueue: { name: "vis-open" },
            searchAttributes: { indexedFields: { CKeyword: jsonPayload("gamma") } },
          },
        },
      };
    default:
      return {
        commandType: CommandType.START_CHILD_WORKFLOW_EXECUTION,
        attributes: {
          case: "startChildWorkflowExecutionCommandAttributes",
          value: {
            namespace: "",
            workflowId: "child-1",
            workflowType: { name: "child" },
            taskQueue: { name: "vis-open" },
          },
        },
      };
  }
}

/** Repeats what the real server answers only after a while: its namespaces and visibility are eventually consistent. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
