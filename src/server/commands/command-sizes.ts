import type { Init } from "../../codec-runtime/init.ts";
import type { Payload, Payloads } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { encodeFailure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import { MAX_BLOB_BYTES } from "../limits.ts";
import { payloadsBytes } from "../rpc/payload-bytes.ts";
import { type CommandName, CommandRefused, type CommandValues } from "./command.ts";

interface SizeRule<Name extends CommandName> {
  readonly bytes: (value: CommandValues[Name]) => number;
  /** As the real server names them: cause, and what of the command is too large. */
  readonly cause: Cause;
  readonly what: string;
}

const RULES: { readonly [Name in CommandName]?: SizeRule<Name> } = {
  completeWorkflowExecution: {
    bytes: ({ result }) => payloadsBytes(result),
    cause: Cause.BAD_SCHEDULE_ACTIVITY_ATTRIBUTES,
    what: "CompleteWorkflowExecutionCommandAttributes.Result",
  },
  failWorkflowExecution: {
    bytes: ({ failure }) => (failure ? encodeFailure(failure).length : 0),
    cause: Cause.BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES,
    what: "FailWorkflowExecutionCommandAttributes.Failure",
  },
  continueAsNewWorkflowExecution: {
    bytes: ({ input }) => payloadsBytes(input),
    cause: Cause.BAD_CONTINUE_AS_NEW_ATTRIBUTES,
    what: "ContinueAsNewWorkflowExecutionCommandAttributes. Input",
  },
  startChildWorkflowExecution: {
    bytes: ({ input }) => payloadsBytes(input),
    cause: Cause.BAD_START_CHILD_EXECUTION_ATTRIBUTES,
    what: "StartChildWorkflowExecutionCommandAttributes. Input",
  },
  signalExternalWorkflowExecution: {
    bytes: ({ input }) => payloadsBytes(input),
    cause: Cause.BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES,
    what: "SignalExternalWorkflowExecutionCommandAttributes.Input",
  },
  recordMarker: {
    bytes: ({ details }) => allBytes(details),
    cause: Cause.BAD_RECORD_MARKER_ATTRIBUTES,
    what: "RecordMarkerCommandAttributes.Details",
  },
  modifyWorkflowProperties: {
    bytes: ({ upsertedMemo }) => fieldsBytes(upsertedMemo?.fields),
    cause: Cause.BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES,
    what: "ModifyWorkflowPropertiesCommandAttributes",
  },
};

/** @throws {CommandRefused} when a command carries more than the server takes: its run ends */
export function checkCommandSize<Name extends CommandName>(name: Name, value: CommandValues[Name]): void {
  const rule = RULES[name] as SizeRule<Name> | undefined;
  if (!rule || rule.bytes(value) <= MAX_BLOB_BYTES) return;
  throw new CommandRefused(rule.cause, `${rule.what} exceeds size limit.`, { terminates: true });
}

function allBytes(details: Readonly<Record<string, Init<Payloads> | undefined>> | undefined): number {
  let bytes = 0;
  for (const payloads of Object.values(details ?? {})) bytes += payloadsBytes(payloads);
  return bytes;
}

function fieldsBytes(fields: Readonly<Record<string, Init<Payload> | undefined>> | undefined): number {
  return payloadsBytes({ payloads: Object.values(fields ?? {}) });
}
