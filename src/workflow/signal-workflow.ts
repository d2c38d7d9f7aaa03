import type { SignalDefinition } from "../common/definitions.ts";
import { ownTypeInfo, type SignalTypeInfo } from "../common/type-info.ts";
import { toPayloadsWithContext } from "../converter/sync/payload-converter.ts";
import type { WorkflowSerializationContext } from "../converter/sync/serialization-context.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { SignalWorkflowInput } from "./interceptors.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand } from "./runtime/run.ts";

/** What a definition, or a name and the options of its call, say of a signal. */
export function namedSignal<Args extends unknown[]>(
  definition: SignalDefinition<Args> | string,
  typeInfo?: SignalTypeInfo,
): Pick<SignalWorkflowInput, "signalName" | "typeInfo"> {
  return typeof definition === "string"
    ? { signalName: definition, typeInfo }
    : { signalName: definition.name, typeInfo: ownTypeInfo(definition, typeInfo) };
}

/** Signals a child or another workflow; resolves when the server has delivered it. */
export function sendSignal(signal: Omit<SignalWorkflowInput, "seq" | "headers">): Promise<void> {
  const run = requireWritableRun("signal");
  const seq = run.nextSeqs.signalWorkflow++;
  const send = composeInterceptors(run.interceptors.outbound, "signalWorkflow", issueSignal);
  return send({ seq, ...signal, headers: {} });
}

function issueSignal(input: SignalWorkflowInput): Promise<void> {
  const { seq, signalName, args, typeInfo, target, headers } = input;
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
    const payloads = toPayloadsWithContext(run.converters.payload, context, args, typeInfo?.inputTypes) ?? [];
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
