import { CancelExternalWorkflowExecutionFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { FailureData } from "../activation.ts";
import { causeName } from "../cause-name.ts";
import type { UserMetadata } from "../command.ts";
import { type CancelRequest, requestCancelExternalCommand } from "../external-commands.ts";
import type { ExternalTarget, RequestCancelExternalWorkflow } from "../external-jobs.ts";
import { taskFailure } from "../failures.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";

type State = "requestCreated" | "requestRecorded" | "cancelRequested" | "requestFailed";
type Input =
  | "requestCancelExternalSent"
  | "requestCancelExternalWorkflowExecutionInitiated"
  | "externalWorkflowExecutionCancelRequested"
  | "requestCancelExternalWorkflowExecutionFailed";

interface CancelExternalData {
  /** 0 for a request that core made to cancel a child: workflow code does not know of it. */
  readonly seq: number;
  readonly workflowId: string;
}

function tell(data: CancelExternalData, scene: Scene, failure: FailureData | undefined): undefined {
  if (data.seq === 0) return;
  scene.jobs.push({ kind: "resolveCancelExternal", seq: data.seq, failure });
}

function delivered(data: CancelExternalData, scene: Scene): undefined {
  return tell(data, scene, undefined);
}

function refused(
  data: CancelExternalData,
  scene: Scene,
  { cause }: AttributesOf<"requestCancelExternalWorkflowExecutionFailed">,
): undefined {
  const isMissing =
    cause === Cause.EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND || cause === Cause.NAMESPACE_NOT_FOUND;
  const message = `Unable to cancel external workflow because ${isMissing ? "not found" : "unknown"}`;
  return tell(data, scene, taskFailure(message, causeName(Cause, cause)));
}

/** A request to another workflow to stop. It cannot be taken back. */
export const cancelExternal: MachineKind<State, CancelExternalData> = defineMachine<
  State,
  Input,
  CancelExternalData
>({
  name: "CancelExternal",
  initial: "requestCreated",
  table: {
    requestCreated: {
      requestCancelExternalSent: { to: "requestCreated" },
      requestCancelExternalWorkflowExecutionInitiated: { to: "requestRecorded" },
    },
    requestRecorded: {
      externalWorkflowExecutionCancelRequested: { to: "cancelRequested", run: delivered },
      requestCancelExternalWorkflowExecutionFailed: { to: "requestFailed", run: refused },
    },
    cancelRequested: {},
    requestFailed: {},
  },
  describe: ({ seq, workflowId }) =>
    seq === 0
      ? `cancel of child workflow (workflow id '${workflowId}')`
      : `requestCancelExternalWorkflow (seq ${seq}, workflow id '${workflowId}')`,
});

function open(scene: Scene, seq: number, target: ExternalTarget, request: CancelRequest): LiveMachine {
  const machine = new Machine(cancelExternal, { seq, workflowId: target.workflowId }, seq);
  scene.issued.push({
    ack: "requestCancelExternalSent",
    command: requestCancelExternalCommand(target, request),
    machine,
  });
  return machine;
}

/** A request of workflow code, new. The target is told who asks. */
export function openCancelExternal(command: RequestCancelExternalWorkflow, scene: Scene): LiveMachine {
  const reason = `Cancel requested by workflow with run id ${scene.runId} with reason: ${command.reason}`;
  return open(scene, command.seq, command.target, { childWorkflowOnly: false, reason });
}

/** A request to a child to stop. Workflow code hears of it by the child's end alone. */
export function issueChildCancel(
  scene: Scene,
  target: ExternalTarget,
  userMetadata: UserMetadata | undefined,
): void {
  open(scene, 0, target, { childWorkflowOnly: true, reason: "", userMetadata });
}
