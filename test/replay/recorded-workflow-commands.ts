import type { Command } from "../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Payload } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { ms, retryPolicyOf } from "./wire-forms.ts";

/** Commands for other workflows and their events, in the form of `recorded-commands.ts`. */

type Attributes = NonNullable<Command["attributes"]> | NonNullable<HistoryEvent["attributes"]>;
type Of<Case> = Extract<Attributes, { case: Case }>;
type Case =
  | "startChildWorkflowExecutionCommandAttributes"
  | "startChildWorkflowExecutionInitiatedEventAttributes"
  | "signalExternalWorkflowExecutionCommandAttributes"
  | "signalExternalWorkflowExecutionInitiatedEventAttributes"
  | "requestCancelExternalWorkflowExecutionCommandAttributes"
  | "requestCancelExternalWorkflowExecutionInitiatedEventAttributes";

const DEFAULT_TASK_TIMEOUT_MS = 10_000;
const TERMINATE = 1;
const ALLOW_DUPLICATE = 1;

/** A map that is empty is as good as none. */
function filled<T extends object>(map: T | undefined): T | undefined {
  return map === undefined || Object.keys(map).length === 0 ? undefined : map;
}

/** The values of search attributes; the server adds their types. */
function valuesOf(fields: { readonly [name: string]: Payload } | undefined): object | undefined {
  return filled(Object.fromEntries(Object.entries(fields ?? {}).map(([name, { data }]) => [name, data])));
}

/** What is compared of such a command, with what the server fills in. */
export function workflowCommandOf(attributes: Of<Case>): { readonly kind: string } {
  switch (attributes.case) {
    case "startChildWorkflowExecutionCommandAttributes":
    case "startChildWorkflowExecutionInitiatedEventAttributes":
      return startOf(attributes.value) as { readonly kind: string };
    case "signalExternalWorkflowExecutionCommandAttributes":
      return signalOf(attributes.value, attributes.value.execution) as { readonly kind: string };
    case "signalExternalWorkflowExecutionInitiatedEventAttributes":
      return signalOf(attributes.value, attributes.value.workflowExecution) as { readonly kind: string };
    case "requestCancelExternalWorkflowExecutionCommandAttributes": {
      const { namespace, workflowId, runId, childWorkflowOnly, reason } = attributes.value;
      return { kind: "cancelExternal", namespace, workflowId, runId, childWorkflowOnly, reason } as {
        readonly kind: string;
      };
    }
    case "requestCancelExternalWorkflowExecutionInitiatedEventAttributes": {
      const { namespace, workflowExecution, childWorkflowOnly, reason } = attributes.value;
      const { workflowId, runId } = workflowExecution ?? { workflowId: "", runId: "" };
      return { kind: "cancelExternal", namespace, workflowId, runId, childWorkflowOnly, reason } as {
        readonly kind: string;
      };
    }
  }
}

type Start = Of<
  "startChildWorkflowExecutionCommandAttributes" | "startChildWorkflowExecutionInitiatedEventAttributes"
>["value"];

function startOf(a: Start): object {
  return {
    kind: "startChild",
    namespace: a.namespace,
    workflowId: a.workflowId,
    workflowType: a.workflowType?.name,
    taskQueue: a.taskQueue?.name,
    input: a.input,
    header: filled(a.header?.fields),
    memo: filled(a.memo?.fields),
    searchAttributes: valuesOf(a.searchAttributes?.indexedFields),
    executionTimeout: ms(a.workflowExecutionTimeout),
    runTimeout: ms(a.workflowRunTimeout),
    taskTimeout: Math.min(
      ms(a.workflowTaskTimeout) || DEFAULT_TASK_TIMEOUT_MS,
      ms(a.workflowRunTimeout) || Number.POSITIVE_INFINITY,
    ),
    parentClosePolicy: a.parentClosePolicy || TERMINATE,
    workflowIdReusePolicy: a.workflowIdReusePolicy || ALLOW_DUPLICATE,
    retryPolicy: a.retryPolicy && retryPolicyOf(a.retryPolicy),
    cronSchedule: a.cronSchedule,
    inheritBuildId: a.inheritBuildId,
    priority: a.priority,
  };
}

type Signal = Of<
  | "signalExternalWorkflowExecutionCommandAttributes"
  | "signalExternalWorkflowExecutionInitiatedEventAttributes"
>["value"];

function signalOf(
  a: Signal,
  execution: { readonly workflowId: string; readonly runId: string } | undefined,
): object {
  return {
    kind: "signalExternal",
    namespace: a.namespace,
    workflowId: execution?.workflowId,
    runId: execution?.runId,
    signalName: a.signalName,
    input: a.input,
    header: filled(a.header?.fields),
    childWorkflowOnly: a.childWorkflowOnly,
  };
}
