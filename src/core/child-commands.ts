import type { Init } from "../codec-runtime/init.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import { CommandType } from "../gen/codec/temporal/api/enums/v1/command_type.ts";
import type { StartChildWorkflow } from "./child-jobs.ts";
import { isEmpty, payloads, retryPolicy, staysOnBuild, userMetadata } from "./commands.ts";
import { durationFromMs } from "./wire-time.ts";

/** The command that starts a child. Header and memo are there even when they are empty. */
export function startChildWorkflowCommand(c: StartChildWorkflow, ownTaskQueue: string): Init<Command> {
  return {
    commandType: CommandType.START_CHILD_WORKFLOW_EXECUTION,
    userMetadata: userMetadata(c.userMetadata),
    attributes: {
      case: "startChildWorkflowExecutionCommandAttributes",
      value: {
        namespace: c.namespace,
        workflowId: c.workflowId,
        workflowType: { name: c.workflowType },
        taskQueue: { name: c.taskQueue },
        header: { fields: c.headers },
        memo: { fields: c.memo ?? {} },
        searchAttributes: isEmpty(c.searchAttributes) ? undefined : { indexedFields: c.searchAttributes },
        input: payloads(c.args),
        workflowExecutionTimeout: durationFromMs(c.workflowExecutionTimeoutMs),
        workflowRunTimeout: durationFromMs(c.workflowRunTimeoutMs),
        workflowTaskTimeout: durationFromMs(c.workflowTaskTimeoutMs),
        parentClosePolicy: c.parentClosePolicy,
        workflowIdReusePolicy: c.workflowIdReusePolicy,
        retryPolicy: c.retryPolicy === undefined ? undefined : retryPolicy(c.retryPolicy),
        cronSchedule: c.cronSchedule,
        inheritBuildId: staysOnBuild(c.versioningIntent, c.taskQueue, ownTaskQueue),
        priority: c.priority,
      },
    },
  };
}
