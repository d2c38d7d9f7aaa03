import type { Init } from "../../codec-runtime/init.ts";
import type { Link, WorkflowExecution } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { EventValue } from "../history/event.ts";
import { alreadyClosing, alreadyCompleted, invalidArgument, notFound } from "../rpc/failures.ts";
import { checkExecution, type Engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { Transaction } from "./transaction.ts";

/** A signal as clients, other workflows and signal-with-start send it. */
export interface Signal {
  readonly signalName: string;
  readonly input?: EventValue<"workflowExecutionSignaled">["input"];
  readonly header?: EventValue<"workflowExecutionSignaled">["header"];
  readonly identity: string;
  readonly requestId: string;
  readonly links?: readonly Init<Link>[];
  /** The workflow that sent it. */
  readonly sender?: Init<WorkflowExecution>;
}

/** Gives a run a signal. Seen before by its request id: nothing happens. */
export function signalRun(tx: Transaction, signal: Signal): void {
  if (signal.requestId && tx.state.requestIds.has(signal.requestId)) return;
  if (!tx.running) throw alreadyCompleted();
  // For calls from outside, which may be made again; signals of other runs wait (`Engine.whenDecided`).
  if (tx.run.closing) throw alreadyClosing();
  if (tx.fields.signalCount >= tx.limits.signals) {
    throw invalidArgument("exceeded workflow execution limit for signal events");
  }
  if (signal.requestId) tx.state.requestIds.set(signal.requestId, true);
  tx.add(
    "workflowExecutionSignaled",
    {
      signalName: signal.signalName,
      input: signal.input,
      identity: signal.identity,
      header: signal.header,
      externalWorkflowExecution: signal.sender,
      requestId: signal.requestId,
    },
    signal.links && signal.links.length > 0 ? { links: signal.links } : undefined,
  );
  tx.taskNeeded = true;
}

/** Asks a run to cancel itself. Asked before, or closed: nothing happens. */
export function requestCancel(
  tx: Transaction,
  request: {
    readonly reason?: string;
    readonly identity: string;
    readonly requestId: string;
    readonly links?: readonly Init<Link>[];
    readonly externalInitiatedEventId?: number;
    readonly sender?: Init<WorkflowExecution>;
  },
): void {
  if (!tx.running || tx.fields.cancelRequested) return;
  tx.fields.cancelRequestId = request.requestId;
  tx.add(
    "workflowExecutionCancelRequested",
    {
      cause: request.reason,
      identity: request.identity,
      externalInitiatedEventId: request.externalInitiatedEventId,
      externalWorkflowExecution: request.sender,
    },
    request.links && request.links.length > 0 ? { links: request.links } : undefined,
  );
  // Unlike a signal, a cancel request does not wait for a delay or back-off to end.
  tx.fields.backingOff = false;
  tx.taskNeeded = true;
}

/** The run that a request means, which must belong to the chain that began with `firstRunId` if that is given. */
export function findInChain(
  engine: Engine,
  namespace: string,
  execution: Init<WorkflowExecution> | undefined,
  firstRunId: string,
): Run {
  checkExecution(execution);
  const run = engine.find(namespace, execution);
  const first = run.fields.started.firstExecutionRunId || run.runId;
  if (firstRunId && firstRunId !== first) throw notFound("workflow execution not found");
  return run;
}
