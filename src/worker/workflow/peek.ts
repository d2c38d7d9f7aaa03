import { scanFields, wireText } from "../../codec-runtime/wire-scan.ts";

/** What the main thread must know of a workflow task; the rest stays undecoded. */
export interface PeekedTask {
  readonly taskToken: Uint8Array;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly attempt: number;
  /** The task carries nothing but a query of the older form. */
  readonly queryOnly: boolean;
  readonly stickyBacklog: number;
}

/** Field numbers of `PollWorkflowTaskQueueResponse`. */
const TASK_TOKEN = 1;
const EXECUTION = 2;
const TYPE = 3;
const STARTED_EVENT_ID = 5;
const ATTEMPT = 6;
const BACKLOG = 7;
const QUERY = 10;

/**
 * Looks into a raw `PollWorkflowTaskQueueResponse`; undefined for an empty poll.
 *
 * @throws WireScanError when the bytes are no message
 */
export function peekTask(bytes: Uint8Array): PeekedTask | undefined {
  if (bytes.length === 0) return undefined;
  let taskToken: Uint8Array | undefined;
  const texts = { workflowId: "", runId: "", workflowType: "" };
  const numbers = { started: 0, attempt: 0, backlog: 0 };
  let query = false;
  scanFields(bytes, (field, value) => {
    if (field === TASK_TOKEN && typeof value !== "number") taskToken = value;
    else if (field === EXECUTION && typeof value !== "number") {
      scanFields(value, (inner, text) => {
        if (inner === 1) texts.workflowId = wireText(text);
        else if (inner === 2) texts.runId = wireText(text);
      });
    } else if (field === TYPE && typeof value !== "number") {
      scanFields(value, (inner, text) => {
        if (inner === 1) texts.workflowType = wireText(text);
      });
    } else if (field === STARTED_EVENT_ID) numbers.started = Number(value);
    else if (field === ATTEMPT) numbers.attempt = Number(value);
    else if (field === BACKLOG) numbers.backlog = Number(value);
    else if (field === QUERY) query = true;
  });
  if (taskToken === undefined || taskToken.length === 0) return undefined;
  return {
    taskToken,
    ...texts,
    attempt: numbers.attempt,
    queryOnly: query && numbers.started === 0,
    stickyBacklog: numbers.backlog,
  };
}

/**
 * Whether a raw poll response, for workflow or activity tasks, brings no task: it has no task token. It may still have other
 * fields, such as advice about polling.
 */
export function isEmptyPoll(bytes: Uint8Array): boolean {
  let empty = true;
  try {
    scanFields(bytes, (field, value) => {
      if (field === TASK_TOKEN && typeof value !== "number" && value.length > 0) empty = false;
    });
  } catch {
    // No message at all: not empty, so that who reads it reports it.
    return false;
  }
  return empty;
}

/** A raw `RespondWorkflowTaskCompletedResponse` taken apart. */
export interface CompletedAnswer {
  /** The next task of the same run, if the server has one ready. */
  readonly workflowTask: Uint8Array | undefined;
  /** Activity tasks to run at once, in the order of the slots reserved for them. */
  readonly activityTasks: readonly Uint8Array[];
  readonly resetHistoryEventId: number;
}

/** Splits a raw `RespondWorkflowTaskCompletedResponse` into its parts, undecoded. */
export function splitCompletedAnswer(bytes: Uint8Array): CompletedAnswer {
  let workflowTask: Uint8Array | undefined;
  const activityTasks: Uint8Array[] = [];
  let resetHistoryEventId = 0;
  scanFields(bytes, (field, value) => {
    if (field === 1 && typeof value !== "number") workflowTask = value;
    else if (field === 2 && typeof value !== "number") activityTasks.push(value);
    else if (field === 3) resetHistoryEventId = Number(value);
  });
  return { workflowTask, activityTasks, resetHistoryEventId };
}
