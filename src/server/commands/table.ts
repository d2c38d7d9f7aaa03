import { requestCancelActivityTask, scheduleActivityTask } from "./activity-commands.ts";
import { startChildWorkflowExecution } from "./child-commands.ts";
import {
  cancelWorkflowExecution,
  completeWorkflowExecution,
  failWorkflowExecution,
} from "./close-commands.ts";
import type { CommandHandler, CommandName } from "./command.ts";
import { continueAsNewWorkflowExecution } from "./continue-as-new-command.ts";
import {
  requestCancelExternalWorkflowExecution,
  signalExternalWorkflowExecution,
} from "./external-commands.ts";
import { refuseNexus } from "./nexus-commands.ts";
import { modifyWorkflowProperties, recordMarker, upsertWorkflowSearchAttributes } from "./record-commands.ts";
import { cancelTimer, startTimer } from "./timer-commands.ts";

/** Every command that the server carries out. */
export const COMMANDS: { readonly [Name in CommandName]?: CommandHandler<Name> } = {
  scheduleActivityTask,
  requestCancelActivityTask,
  startTimer,
  cancelTimer,
  recordMarker,
  completeWorkflowExecution,
  failWorkflowExecution,
  cancelWorkflowExecution,
  upsertWorkflowSearchAttributes,
  modifyWorkflowProperties,
  continueAsNewWorkflowExecution,
  startChildWorkflowExecution,
  signalExternalWorkflowExecution,
  requestCancelExternalWorkflowExecution,
  scheduleNexusOperation: refuseNexus,
  requestCancelNexusOperation: refuseNexus,
};

/** The commands after which nothing may follow. */
export const CLOSING: ReadonlySet<CommandName> = new Set<CommandName>([
  "completeWorkflowExecution",
  "failWorkflowExecution",
  "cancelWorkflowExecution",
  "continueAsNewWorkflowExecution",
]);
