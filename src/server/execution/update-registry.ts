import type { Init } from "../../codec-runtime/init.ts";
import type { Command } from "../../gen/codec/temporal/api/command/v1/message.ts";
import type { Message } from "../../gen/codec/temporal/api/protocol/v1/message.ts";
import type { RespondWorkflowTaskCompletedRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CommandContext } from "../commands/command.ts";
import { MAX_UPDATES } from "../limits.ts";
import type { RunState, WorkflowTask } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** The updates of a run that are under way. */
export class UpdateRegistry {
  /** Whether updates wait for a worker to see them. */
  get waiting(): boolean {
    return false;
  }

  /**
   * Forgets a speculative task whose worker refused every update and asked for nothing else.
   *
   * @returns the event that the worker goes back to; undefined: the task is to be completed
   */
  dropIfNothingToKeep(_tx: Transaction, _request: RespondWorkflowTaskCompletedRequest): number | undefined {
    return undefined;
  }

  /** Carries out a command that stands for a message of an update. */
  runCommand(_context: CommandContext, _attributes: Command["attributes"]): void {}

  /** Carries out the messages for which no command stood, and refuses the updates that the worker left unanswered. */
  runLeftMessages(_context: CommandContext): void {}

  /** The requests that go to the worker with a task that starts now. */
  messagesFor(_task: WorkflowTask): readonly Init<Message>[] {
    return [];
  }

  /** Whether the run should be continued as new because it had so many updates. */
  suggestContinueAsNew(state: RunState): boolean {
    return state.updates.size >= MAX_UPDATES * 0.9;
  }
}
