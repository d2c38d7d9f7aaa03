import { type AttributeValue, decodeAttribute } from "./attribute-values.ts";
import type { Column } from "./query-columns.ts";
import type { VisibilityRow } from "./visibility.ts";

/** The place of a run in the order of lists. */
export interface RowPlace {
  /** Undefined: among the open runs. */
  readonly closeTimeMs: number | undefined;
  readonly startTimeMs: number;
  /** Which run of the store it is, by when it was first put. */
  readonly sequence: number;
}

/** A row with the values of its search attributes, decoded when a query first asks for them. */
export class VisibilityEntry implements RowPlace {
  readonly sequence: number;
  #row: VisibilityRow;
  #values: Map<string, AttributeValue | undefined> | undefined;

  constructor(row: VisibilityRow, sequence: number) {
    this.#row = row;
    this.sequence = sequence;
  }

  get closeTimeMs(): number | undefined {
    return this.#row.closeTimeMs;
  }

  get startTimeMs(): number {
    return this.#row.startTimeMs;
  }

  get row(): VisibilityRow {
    return this.#row;
  }

  /** Takes a newer state of the same run, which has the same place in lists. */
  replace(row: VisibilityRow): void {
    this.#row = row;
    this.#values = undefined;
  }

  /** The value of a column; undefined where SQL has NULL. */
  value({ field, type, system }: Column): AttributeValue | undefined {
    if (system) return systemValue(this.#row, field);
    const payload = Object.hasOwn(this.#row.searchAttributes, field)
      ? this.#row.searchAttributes[field]
      : undefined;
    if (payload === undefined) return undefined;
    this.#values ??= new Map();
    if (this.#values.has(field)) return this.#values.get(field);
    const value = decodeAttribute(payload, type);
    this.#values.set(field, value);
    return value;
  }
}

function systemValue(row: VisibilityRow, field: string): string | number | undefined {
  const closed = row.closeTimeMs !== undefined;
  switch (field) {
    case "WorkflowId":
      return row.workflowId;
    case "RunId":
      return row.runId;
    case "WorkflowType":
      return row.workflowType;
    case "TaskQueue":
      return row.taskQueue;
    case "ExecutionStatus":
      return row.status;
    case "StartTime":
      return row.startTimeMs;
    case "ExecutionTime":
      return row.executionTimeMs;
    case "CloseTime":
      return row.closeTimeMs;
    case "ParentWorkflowId":
      return row.parentWorkflowId;
    case "ParentRunId":
      return row.parentRunId;
    case "RootWorkflowId":
      return row.rootWorkflowId;
    case "RootRunId":
      return row.rootRunId;
    // The rest is known once the run is closed.
    case "ExecutionDuration":
      return row.closeTimeMs === undefined ? undefined : (row.closeTimeMs - row.executionTimeMs) * 1e6;
    case "HistoryLength":
      return closed ? row.historyLength : undefined;
    case "HistorySizeBytes":
      return closed ? row.historySizeBytes : undefined;
    case "StateTransitionCount":
      return closed ? row.stateTransitionCount : undefined;
    default:
      return undefined;
  }
}
