import type { Init } from "../../codec-runtime/init.ts";
import type { Memo, Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";

/** One run as visibility knows it. Rows are replaced, never changed. Times are milliseconds since the epoch. */
export interface VisibilityRow {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  /** WorkflowExecutionStatus. */
  readonly status: number;
  readonly startTimeMs: number;
  /** When the first workflow task may run: start, plus delay or back-off. */
  readonly executionTimeMs: number;
  /** Undefined while the run is open. */
  readonly closeTimeMs: number | undefined;
  readonly historyLength: number;
  readonly historySizeBytes: number;
  readonly stateTransitionCount: number;
  readonly memo: Init<Memo> | undefined;
  /** Custom and predefined search attributes by name, values as they came (with `type` in their metadata). */
  readonly searchAttributes: Readonly<Record<string, Init<Payload>>>;
  readonly parentWorkflowId: string | undefined;
  readonly parentRunId: string | undefined;
  readonly rootWorkflowId: string;
  readonly rootRunId: string;
}

/** What the engine tells visibility; immediate unless a delay was asked for. */
export interface VisibilitySink {
  put(row: VisibilityRow): void;
  remove(namespace: string, runId: string): void;
}

/** What the engine asks of the search attributes of a namespace. */
export interface SearchAttributeRules {
  /**
   * Checks what a start, upsert or continue-as-new wants to set.
   *
   * @returns the payloads with `type` in their metadata, nulls left out
   * @throws {ServiceFailure} INVALID_ARGUMENT with the real server's message
   */
  check(
    namespace: string,
    fields: Readonly<Record<string, Init<Payload> | undefined>>,
  ): Record<string, Init<Payload>>;
  /** The first step of {@link check}: that there are such attributes. @throws {ServiceFailure} INVALID_ARGUMENT when there is none of a name */
  checkNames(namespace: string, fields: Readonly<Record<string, unknown>>): void;
  /** A value with the name of its attribute's type in its metadata, nulls included; as it is when there is no such attribute. */
  typed(namespace: string, name: string, payload: Init<Payload>): Init<Payload>;
}
