import { ApplicationFailure } from "../../../common/application-failure.ts";
import { TemporalFailure } from "../../../common/failure.ts";
import { isReservedName, TEMPORAL_RESERVED_PREFIX } from "../../../common/reserved-names.ts";
import type { TypeInfo } from "../../../common/type-info.ts";
import { arrayFromPayloads } from "../../../converter/sync/payload-converter.ts";
import { toPayloadWithTypeInfo } from "../../../converter/sync/type-info.ts";
import type { DoUpdateJob } from "../../../core/update-jobs.ts";
import { DeterminismViolationError } from "../../errors.ts";
import type { UpdateInput } from "../../interceptors.ts";
import { composeInterceptors } from "../compose-interceptors.ts";
import { insideHeaders } from "../converters.ts";
import { currentUpdate } from "../current-update.ts";
import { inUpdateGroup } from "../event-groups.ts";
import { handleWorkflowError, temporalFailureOf } from "../failures.ts";
import { beginReadOnly } from "../read-only.ts";
import { pushCommand, type Run, recordTaskError, type UpdateHandlerEntry } from "../run.ts";

/*
 * U1. An update is accepted or rejected in the activation that brings it: one that waits for a handler until the end of
 *     the activation is rejected.
 * U2. Before acceptance every error rejects the update. After it, Temporal's failures fail the update. Every other error
 *     is the workflow's: it fails the workflow where its type is configured to do so, and else the task.
 * U3. A handler begins in the same turn in which the update is accepted, with arguments that no validator has touched.
 */

/** An update arrives: it goes to its handler, or waits until there is one. */
export function doUpdate(run: Run, job: DoUpdateJob): void {
  const entry = handlerOf(run, job.updateName);
  if (entry === undefined) run.handlers.bufferedUpdates.push(job);
  else dispatch(run, job, entry);
}

/** Hands over the waiting updates for which there is a handler now, in the order in which they came. */
export function dispatchBufferedUpdates(run: Run): void {
  const { bufferedUpdates } = run.handlers;
  for (;;) {
    const index = bufferedUpdates.findIndex((job) => handlerOf(run, job.updateName) !== undefined);
    if (index < 0) return;
    for (const job of bufferedUpdates.splice(index, 1)) doUpdate(run, job);
  }
}

/** Nobody wanted them (U1). */
export function rejectBufferedUpdates(run: Run): void {
  for (const { protocolInstanceId, updateName } of run.handlers.bufferedUpdates.splice(0)) {
    const error = ApplicationFailure.nonRetryable(`No registered handler for update: ${updateName}`);
    rejectUpdate(run, protocolInstanceId, error);
  }
}

function handlerOf({ handlers }: Run, name: string): UpdateHandlerEntry | undefined {
  const { defaultUpdate } = handlers;
  const own = handlers.updates.get(name);
  // Temporal's own names never reach a default handler.
  if (own !== undefined || defaultUpdate === undefined || name.startsWith(TEMPORAL_RESERVED_PREFIX))
    return own;
  const { handler, validator, unfinishedPolicy } = defaultUpdate;
  return {
    handler: (...args) => handler(name, ...args),
    validator: validator && ((...args) => validator(name, ...args)),
    unfinishedPolicy,
  };
}

function dispatch(run: Run, job: DoUpdateJob, entry: UpdateHandlerEntry): void {
  const { updateId, updateName, protocolInstanceId } = job;
  const interceptors = isReservedName(updateName) ? [] : run.interceptors.inbound;
  currentUpdate.run({ id: updateId, name: updateName }, () => {
    let input: UpdateInput;
    try {
      if (job.runValidator) validate(run, job, entry);
      input = inputOf(run, job, entry);
    } catch (error) {
      rejectUpdate(run, protocolInstanceId, error);
      return;
    }
    pushCommand(run, { kind: "respondToUpdate", protocolInstanceId, response: { kind: "accepted" } });
    const { updatesInProgress } = run.handlers;
    updatesInProgress.set(updateId, { name: updateName, policy: entry.unfinishedPolicy });
    const execute = composeInterceptors(interceptors, "handleUpdate", (last) =>
      perdureEntryUpdate(entry, last),
    );
    inUpdateGroup(run, updateId, () => execute(input))
      .then((result) => completeUpdate(run, protocolInstanceId, result, entry.typeInfo?.outputType))
      .catch((error: unknown) => {
        if (error instanceof TemporalFailure) rejectUpdate(run, protocolInstanceId, error);
        else handleWorkflowError(run, error);
      })
      .finally(() => updatesInProgress.delete(updateId));
  });
}

function inputOf(
  run: Run,
  { updateId, updateName, args, headers }: DoUpdateJob,
  { typeInfo }: UpdateHandlerEntry,
): UpdateInput {
  const { payload, context } = run.converters;
  return {
    updateId,
    name: updateName,
    args: arrayFromPayloads(payload, args, context, typeInfo?.inputTypes),
    headers: insideHeaders(headers),
  };
}

/** Throws what the validator throws. */
function validate(run: Run, job: DoUpdateJob, entry: UpdateHandlerEntry): void {
  const { validator } = entry;
  if (validator === undefined) return;
  const interceptors = isReservedName(job.updateName) ? [] : run.interceptors.inbound;
  const check = composeInterceptors(interceptors, "validateUpdate", ({ args }: UpdateInput) => {
    refusePromise(perdureEntryValidator(validator, args));
  });
  const end = beginReadOnly(run, "an update is validated");
  try {
    refusePromise(check(inputOf(run, job, entry)));
  } finally {
    end();
  }
}

function refusePromise(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined);
  throw new DeterminismViolationError(
    "Update validators must not return a Promise: they have to be synchronous",
  );
}

function perdureEntryValidator(validator: (...args: unknown[]) => unknown, args: unknown[]): unknown {
  return validator(...args);
}

// How many ticks this takes is part of the contract (D2).
async function perdureEntryUpdate({ handler }: UpdateHandlerEntry, { args }: UpdateInput): Promise<unknown> {
  return await handler(...args);
}

function completeUpdate(
  run: Run,
  protocolInstanceId: string,
  value: unknown,
  outputType: TypeInfo | undefined,
): void {
  const { payload, context } = run.converters;
  const result = toPayloadWithTypeInfo(payload, value, context, outputType);
  pushCommand(run, { kind: "respondToUpdate", protocolInstanceId, response: { kind: "completed", result } });
}

function rejectUpdate(run: Run, protocolInstanceId: string, error: unknown): void {
  try {
    const failure = temporalFailureOf(run, error);
    pushCommand(run, {
      kind: "respondToUpdate",
      protocolInstanceId,
      response: { kind: "rejected", failure },
    });
  } catch (conversionError) {
    recordTaskError(run, conversionError);
  }
}
