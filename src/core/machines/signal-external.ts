import { SignalExternalWorkflowExecutionFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { FailureData } from "../activation.ts";
import { causeName } from "../cause-name.ts";
import { signalExternalCommand } from "../external-commands.ts";
import type { SignalExternalWorkflow } from "../external-jobs.ts";
import { taskFailure } from "../failures.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";

type State = "signalCreated" | "signalRecorded" | "signaled" | "failed" | "canceled";
type Input =
  | "signalExternalSent"
  | "cancel"
  | "signalExternalWorkflowExecutionInitiated"
  | "externalWorkflowExecutionSignaled"
  | "signalExternalWorkflowExecutionFailed";

interface SignalExternalData {
  readonly seq: number;
  readonly signalName: string;
  readonly workflowId: string;
}

function tell(data: SignalExternalData, scene: Scene, failure: FailureData | undefined): undefined {
  scene.jobs.push({ kind: "resolveSignalExternal", seq: data.seq, failure });
}

function delivered(data: SignalExternalData, scene: Scene): undefined {
  return tell(data, scene, undefined);
}

function vanish(data: SignalExternalData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  machine.cancelledBeforeSent = true;
  return tell(data, scene, {
    message: "Signal was cancelled before being sent",
    failureInfo: { case: "canceledFailureInfo", value: {} },
  });
}

function reasonOf(cause: number): string {
  switch (cause) {
    case Cause.EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND:
    case Cause.NAMESPACE_NOT_FOUND:
      return "it was not found";
    case Cause.SIGNAL_COUNT_LIMIT_EXCEEDED:
      return "The per-workflow signal limit was exceeded";
    default:
      return "unknown";
  }
}

function refused(
  data: SignalExternalData,
  scene: Scene,
  { cause }: AttributesOf<"signalExternalWorkflowExecutionFailed">,
): undefined {
  const message = `Unable to signal external workflow because ${reasonOf(cause)}`;
  return tell(data, scene, taskFailure(message, causeName(Cause, cause)));
}

/** A signal to another workflow. Once it is sent it cannot be cancelled any more. */
export const signalExternal: MachineKind<State, SignalExternalData> = defineMachine<
  State,
  Input,
  SignalExternalData
>({
  name: "SignalExternal",
  initial: "signalCreated",
  table: {
    signalCreated: {
      signalExternalSent: { to: "signalCreated" },
      signalExternalWorkflowExecutionInitiated: { to: "signalRecorded" },
      cancel: { to: "canceled", run: vanish },
    },
    signalRecorded: {
      externalWorkflowExecutionSignaled: { to: "signaled", run: delivered },
      signalExternalWorkflowExecutionFailed: { to: "failed", run: refused },
    },
    signaled: {},
    failed: {},
    canceled: {},
  },
  describe: ({ seq, signalName, workflowId }) =>
    `signalExternalWorkflow (seq ${seq}, signal '${signalName}', workflow id '${workflowId}')`,
});

/** A signal of workflow code, new. */
export function openSignalExternal(command: SignalExternalWorkflow, scene: Scene): LiveMachine {
  const { seq, signalName, target } = command;
  const machine = new Machine(signalExternal, { seq, signalName, workflowId: target.workflowId }, seq);
  scene.issued.push({ ack: "signalExternalSent", command: signalExternalCommand(command), machine });
  return machine;
}
