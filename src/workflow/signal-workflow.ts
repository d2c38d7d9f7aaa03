import type { SignalDefinition } from "../common/definitions.ts";
import { toPayloadsWithContext } from "../converter/sync/payload-converter.ts";
import type { WorkflowSerializationContext } from "../converter/sync/serialization-context.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { SignalWorkflowInput } from "./interceptors.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand } from "./runtime/run.ts";

/** The name of a signal that is given by its definition or by name. */
export function signalNameOf<Args extends unknown[]>(definition: SignalDefinition<Args> | string): string {
  return typeof definition === "string" ? definition : definition.name;
}

/** Signals a child or another workflow; resolves when the server has delivered it. */
export function sendSignal(signal: Omit<SignalWorkflowInput, "seq" | "headers">): Promise<void> {
  const run = requireWritableRun("signal");
  const seq = run.nextSeqs.signalWorkflow++;
  const send = composeInterceptors(run.interceptors.outbound, "signalWorkflow", issueSignal);
  return send({ seq, ...signal, headers: {} });
}

function issueSignal({ seq, signalName, args, target, headers }: SignalWorkflowInput): Promise<void> {
  const run = requireRun();
  const { namespace } = run.info;
  const childWorkflowOnly = target.type === "child";
  const { workflowId, runId = "" } =
    target.type === "child" ? { workflowId: target.childWorkflowId } : target.workflowExecution;
  const context: WorkflowSerializationContext = { type: "workflow", namespace, workflowId };
  return new Promise((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    const payloads = toPayloadsWithContext(run.converters.payload, context, args) ?? [];
    if (scope.cancellable) {
      scope.cancelRequested.catch(() => {
        if (run.pending.signals.has(seq)) pushCommand(run, { kind: "cancelSignalExternal", seq });
      });
    }
    pushCommand(run, {
      kind: "signalExternalWorkflow",
      seq,
      target: { namespace, workflowId, runId },
      childWorkflowOnly,
      signalName,
      args: payloads,
      headers,
    });
    run.pending.signals.set(seq, { resolve, reject, context });
  });
}
