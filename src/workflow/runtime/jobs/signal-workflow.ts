import { HandlerUnfinishedPolicy } from "../../../common/definitions.ts";
import { IllegalStateError } from "../../../common/errors.ts";
import { isReservedName, TEMPORAL_RESERVED_PREFIX } from "../../../common/reserved-names.ts";
import { arrayFromPayloads } from "../../../converter/sync/payload-converter.ts";
import type { SignalInput } from "../../interceptors.ts";
import { composeInterceptors } from "../compose-interceptors.ts";
import { insideHeaders } from "../converters.ts";
import { requireRun } from "../current.ts";
import { inSignalGroup } from "../event-groups.ts";
import { handleWorkflowError } from "../failures.ts";
import { writeLog } from "../logging.ts";
import type { Run, SignalJob } from "../run.ts";

/** A signal arrives: it goes to its handler, or waits until there is one. */
export function signalWorkflow(run: Run, job: SignalJob): void {
  if (hasHandler(run, job.signalName)) dispatch(run, job);
  else run.handlers.bufferedSignals.push(job);
}

/** Hands over the waiting signals for which there is a handler now, in the order in which they came. */
export function dispatchBufferedSignals(run: Run): void {
  const { bufferedSignals } = run.handlers;
  for (;;) {
    const index = bufferedSignals.findIndex((job) => hasHandler(run, job.signalName));
    if (index < 0) return;
    for (const job of bufferedSignals.splice(index, 1)) dispatch(run, job);
  }
}

function hasHandler({ handlers }: Run, name: string): boolean {
  if (handlers.signals.has(name)) return true;
  // Temporal's own names never reach a default handler.
  return handlers.defaultSignal !== undefined && !name.startsWith(TEMPORAL_RESERVED_PREFIX);
}

function dispatch(run: Run, job: SignalJob): void {
  const { signalName } = job;
  const { handlers } = run;
  const args = decodedArgs(run, job);
  if (args === undefined) return;
  const policy =
    handlers.signals.get(signalName)?.unfinishedPolicy ?? HandlerUnfinishedPolicy.WARN_AND_ABANDON;
  const execution = handlers.nextSignalExecution++;
  handlers.signalsInProgress.set(execution, { name: signalName, policy });
  const interceptors = isReservedName(signalName) ? [] : run.interceptors.inbound;
  const execute = composeInterceptors(interceptors, "handleSignal", perdureEntrySignal);
  const input: SignalInput = { args, signalName, headers: insideHeaders(job.headers) };
  inSignalGroup(run, job.originatingEventId, () => execute(input))
    .catch((error: unknown) => handleWorkflowError(run, error))
    .finally(() => handlers.signalsInProgress.delete(execution));
}

/** A signal whose arguments cannot be read is dropped, or it would hold up the workflow for ever. */
function decodedArgs(run: Run, job: SignalJob): unknown[] | undefined {
  const { payload, context } = run.converters;
  try {
    const { typeInfo } = run.handlers.signals.get(job.signalName) ?? {};
    return arrayFromPayloads(payload, job.args, context, typeInfo?.inputTypes);
  } catch (error) {
    writeLog(run, "ERROR", `Signal '${job.signalName}' was dropped: its arguments cannot be read`, { error });
    return undefined;
  }
}

// How many ticks this takes is part of the contract (D2).
async function perdureEntrySignal({ signalName, args }: SignalInput): Promise<void> {
  const { handlers } = requireRun();
  const entry = handlers.signals.get(signalName);
  if (entry !== undefined) {
    await entry.handler(...args);
  } else if (handlers.defaultSignal !== undefined) {
    await handlers.defaultSignal(signalName, ...args);
  } else {
    throw new IllegalStateError(`No registered signal handler for signal: ${signalName}`);
  }
}
