import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { type CommandName, CommandRefused } from "./command.ts";

/** A type of command, and how its task fails when the command comes without what belongs to it. */
interface CommandKind {
  readonly name: CommandName;
  readonly cause: Cause;
}

const KINDS: Readonly<Record<number, CommandKind>> = {
  1: { name: "scheduleActivityTask", cause: Cause.BAD_SCHEDULE_ACTIVITY_ATTRIBUTES },
  2: { name: "requestCancelActivityTask", cause: Cause.BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES },
  3: { name: "startTimer", cause: Cause.BAD_START_TIMER_ATTRIBUTES },
  4: { name: "completeWorkflowExecution", cause: Cause.BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES },
  5: { name: "failWorkflowExecution", cause: Cause.BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES },
  6: { name: "cancelTimer", cause: Cause.BAD_CANCEL_TIMER_ATTRIBUTES },
  7: { name: "cancelWorkflowExecution", cause: Cause.BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES },
  8: {
    name: "requestCancelExternalWorkflowExecution",
    cause: Cause.BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES,
  },
  9: { name: "recordMarker", cause: Cause.BAD_RECORD_MARKER_ATTRIBUTES },
  10: { name: "continueAsNewWorkflowExecution", cause: Cause.BAD_CONTINUE_AS_NEW_ATTRIBUTES },
  11: { name: "startChildWorkflowExecution", cause: Cause.BAD_START_CHILD_EXECUTION_ATTRIBUTES },
  12: { name: "signalExternalWorkflowExecution", cause: Cause.BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES },
  13: { name: "upsertWorkflowSearchAttributes", cause: Cause.BAD_SEARCH_ATTRIBUTES },
  14: { name: "protocolMessage", cause: Cause.BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE },
  16: { name: "modifyWorkflowProperties", cause: Cause.BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES },
  17: { name: "scheduleNexusOperation", cause: Cause.BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES },
  18: { name: "requestCancelNexusOperation", cause: Cause.BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES },
};

/** Name of the command of this type; undefined: there is no such type. The type counts, whatever attributes come with it. */
export function commandName(commandType: number): CommandName | undefined {
  return KINDS[commandType]?.name;
}

/** A type as messages have it: `ScheduleActivityTask`; the number where there is no such type. */
export function commandTypeName(commandType: number): string {
  const name = commandName(commandType);
  if (name === undefined) return commandType === 0 ? "Unspecified" : String(commandType);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** The error of a command that has no attributes, or those of another. */
export function withoutAttributes(commandType: number): CommandRefused {
  const name = commandTypeName(commandType);
  const cause = KINDS[commandType]?.cause ?? Cause.UNSPECIFIED;
  return new CommandRefused(cause, `${name}CommandAttributes is not set on ${name}Command.`);
}
