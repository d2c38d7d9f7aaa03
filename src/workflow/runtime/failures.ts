import { ensureTemporalFailure } from "../../common/application-failure.ts";
import { FAILURE_SOURCE, TemporalFailure } from "../../common/failure.ts";
import { isCancellation } from "../../common/root-cause.ts";
import { isError } from "../../common/type-guards.ts";
import { toPayloadWithTypeInfo } from "../../converter/sync/type-info.ts";
import type { FailureData } from "../../core/activation.ts";
import { ContinueAsNew } from "../continue-as-new.ts";
import { pushFinalCommand, type Run, recordTaskError } from "./run.ts";

/** The main function returned. */
export function completeWorkflow(run: Run, result: unknown): void {
  try {
    const { payload, context } = run.converters;
    const value = toPayloadWithTypeInfo(payload, result, context, run.definition.typeInfo?.outputType);
    pushFinalCommand(run, { kind: "completeWorkflow", result: value });
  } catch (error) {
    handleWorkflowError(run, error);
  }
}

/**
 * An error left the main function or a signal handler: ends the run as cancelled, continued or failed, or else fails the
 * workflow task, which is tried again.
 */
export function handleWorkflowError(run: Run, error: unknown): void {
  try {
    if (run.isCancelled && isCancellation(error)) {
      pushFinalCommand(run, { kind: "cancelWorkflow" });
    } else if (error instanceof ContinueAsNew) {
      pushFinalCommand(run, error.command);
    } else if (failsWorkflow(run, error)) {
      // A failed workflow does not warn of handlers that it leaves behind.
      run.handlers.signalsInProgress.clear();
      run.handlers.updatesInProgress.clear();
      pushFinalCommand(run, { kind: "failWorkflow", failure: temporalFailureOf(run, error) });
    } else {
      recordTaskError(run, error);
    }
  } catch (conversionError) {
    recordTaskError(run, conversionError);
  }
}

function failsWorkflow(run: Run, error: unknown): boolean {
  if (error instanceof TemporalFailure) return true;
  const types = run.definition.failureExceptionTypes;
  if (types.some((type) => type === Error || error instanceof type)) return true;
  const names = run.facts.workflowFailureErrorTypes;
  if (names.length === 0) return false;
  // "Error" stands for whatever was thrown.
  return names.includes("Error") || classNames(error).some((name) => names.includes(name));
}

function classNames(error: unknown): string[] {
  const names: string[] = [];
  if (typeof error !== "object" || error === null) return names;
  let type: unknown = error.constructor;
  while (typeof type === "function" && type !== Function.prototype) {
    names.push(type.name);
    type = Object.getPrototypeOf(type);
  }
  return names;
}

/** As {@link failureOf}; an error that is none of Temporal's becomes an application failure first. */
export function temporalFailureOf(run: Run, error: unknown): FailureData {
  mapStacks(run, error);
  return convert(run, ensureTemporalFailure(error));
}

/** The failure that stands for an error, with positions in the user's own files. */
export function failureOf(run: Run, error: unknown): FailureData {
  mapStacks(run, error);
  return convert(run, error);
}

/** As {@link failureOf}, for the answer that must be given: it does not throw when the user's converter does. */
export function failureOfAnyway(run: Run, error: unknown): FailureData {
  try {
    return failureOf(run, error);
  } catch (conversionError) {
    const message = `${textOf(error)} (and converting it to a failure threw ${textOf(conversionError)})`;
    return { message, source: FAILURE_SOURCE, stackTrace: stackOf(error) };
  }
}

function convert(run: Run, error: unknown): FailureData {
  const { failure, payload, context } = run.converters;
  return failure.errorToFailure(error, payload, context);
}

function stackOf(error: unknown): string {
  try {
    return isError(error) ? (error.stack ?? "") : "";
  } catch {
    return "";
  }
}

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "an object that has no text";
  }
}

/** Longest chain of causes that is followed. */
const MAX_CAUSES = 30;

/** Maps the stacks of an error and its causes in place, before they are copied, cut or encrypted. */
export function mapStacks(run: Run, error: unknown): void {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && isError(current); depth++) {
    // What came over the wire has the stack of another process.
    if (current instanceof TemporalFailure && current.failure !== undefined) return;
    const { stack } = current;
    if (typeof stack === "string" && stack !== "") {
      const mapped = run.host.mapStack(stack);
      if (mapped !== stack) Reflect.set(current, "stack", mapped);
    }
    current = current.cause;
  }
}
