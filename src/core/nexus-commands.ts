import type { Init } from "../codec-runtime/init.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import { CommandType } from "../gen/codec/temporal/api/enums/v1/command_type.ts";
import { userMetadata } from "./commands.ts";
import type { ScheduleNexusOperation } from "./nexus-jobs.ts";
import { durationFromMs } from "./wire-time.ts";

export function scheduleNexusOperationCommand(c: ScheduleNexusOperation): Init<Command> {
  return {
    commandType: CommandType.SCHEDULE_NEXUS_OPERATION,
    userMetadata: userMetadata(c.userMetadata),
    attributes: {
      case: "scheduleNexusOperationCommandAttributes",
      value: {
        endpoint: c.endpoint,
        service: c.service,
        operation: c.operation,
        input: c.input,
        nexusHeader: c.headers,
        scheduleToCloseTimeout: durationFromMs(c.scheduleToCloseTimeoutMs),
        scheduleToStartTimeout: durationFromMs(c.scheduleToStartTimeoutMs),
        startToCloseTimeout: durationFromMs(c.startToCloseTimeoutMs),
      },
    },
  };
}

export function requestCancelNexusOperationCommand(scheduledEventId: number): Init<Command> {
  return {
    commandType: CommandType.REQUEST_CANCEL_NEXUS_OPERATION,
    attributes: { case: "requestCancelNexusOperationCommandAttributes", value: { scheduledEventId } },
  };
}
