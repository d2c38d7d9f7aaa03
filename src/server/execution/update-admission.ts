import type { Init } from "../../codec-runtime/init.ts";
import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { encodeRequest, type Request } from "../../gen/codec/temporal/api/update/v1/message.ts";
import { FAILING_TASK_ATTEMPTS } from "../limits.ts";
import {
  alreadyClosing,
  alreadyCompleted,
  concurrentLimit,
  failedPrecondition,
  workflowNotReady,
} from "../rpc/failures.ts";
import type { ServiceFailure } from "../rpc/service-failure.ts";
import type { Engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { Transaction } from "./transaction.ts";
import { countUpdates } from "./update-delivery.ts";
import { abortUnaccepted } from "./update-end.ts";
import { updateStatus } from "./update-status.ts";
import { scheduleTask } from "./workflow-task.ts";

/**
 * Lets an update of a call into a run that is there. When it is refused because workflow tasks fail again and again, those that no worker
 * has accepted are refused with it.
 *
 * @throws {ServiceFailure} as `admitUpdate`
 */
export function admitCalled(engine: Engine, run: Run, request: Init<Request>): void {
  const refused = engine.transact(run, (tx) => {
    const isFailing = tx.running && tx.fields.taskAttempt >= FAILING_TASK_ATTEMPTS;
    if (isFailing && tx.state.liveUpdates.size > 0) return abortUnaccepted(tx, taskFails());
    admitUpdate(tx, request);
    return undefined;
  });
  if (refused !== undefined) throw refused;
}

/**
 * Lets an update in. One that is known by its id is the same update: nothing happens. With no workflow task pending, one is
 * made for it, unless one follows anyway.
 *
 * @throws {ServiceFailure} when the run is closed, cannot take it now, or has too many
 */
export function admitUpdate(
  tx: Transaction,
  request: Init<Request>,
  options: { readonly taskFollows?: boolean } = {},
): void {
  const { state, fields } = tx;
  const updateId = request.meta?.updateId ?? "";
  const known = updateStatus(tx.run, updateId) !== undefined;
  if (!tx.running) {
    if (known) return;
    throw alreadyCompleted();
  }
  refuseNow(tx);
  if (known) return;
  const bytes = encodeRequest(request).length;
  checkLimits(tx, bytes);
  state.liveUpdates.set(updateId, { updateId, request, bytes, sentWith: 0 });
  if (fields.task === undefined && !options.taskFollows) scheduleTask(tx, { speculative: true });
}

function refuseNow({ fields }: Transaction): void {
  if (fields.status === Status.PAUSED) {
    throw failedPrecondition("Workflow is paused. Cannot update the workflow.");
  }
  if (fields.taskAttempt >= FAILING_TASK_ATTEMPTS) {
    throw taskFails();
  }
  const started = fields.task !== undefined && fields.task.startedId !== 0;
  if (fields.closeAttempted && started) throw alreadyClosing();
}

function taskFails(): ServiceFailure {
  return workflowNotReady(
    "Unable to perform workflow execution update due to Workflow Task in failed state.",
  );
}

function checkLimits(tx: Transaction, bytes: number): void {
  const { state, limits } = tx;
  if (state.liveUpdates.size + state.fields.openUpdates >= limits.updatesInFlight) {
    throw concurrentLimit(
      `limit on number of concurrent in-flight updates has been reached (${limits.updatesInFlight})`,
    );
  }
  checkTotal(tx);
  let held = bytes;
  for (const update of state.liveUpdates.values()) held += update.bytes + update.updateId.length * 2;
  if (held >= limits.updatesInFlightBytes) {
    throw concurrentLimit(
      `limit on total payload size of in-flight updates has been reached (${limits.updatesInFlightBytes} bytes)`,
    );
  }
}

/** @throws {ServiceFailure} FAILED_PRECONDITION when a run has had as many updates as one may have */
export function checkTotal({ state, limits }: Transaction): void {
  if (countUpdates(state) < limits.updates) return;
  throw failedPrecondition(
    `The limit on the total number of distinct updates in this workflow has been reached (${limits.updates}). ` +
      "Make sure any duplicate updates share an Update ID so the server can deduplicate them, and consider rejecting updates that you aren't going to process. " +
      "You can also Continue-as-New to avoid this; we recommend you check Continue-as-New Suggested in your Workflow.",
  );
}
