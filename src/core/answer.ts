import type { Init } from "../codec-runtime/init.ts";
import type { WorkflowQueryResult } from "../gen/codec/temporal/api/query/v1/message.ts";
import type { FailureData } from "./activation.ts";
import { failWorkflowCommand } from "./commands.ts";
import type { Effect, TaskAnswer } from "./effect.ts";
import type { Run } from "./run-state.ts";
import type { WorkflowTask } from "./task.ts";

type Respond = Extract<Effect, { kind: "respond" }>;

/** The attribute cases of commands that end a run, and how users call them. */
const endings: ReadonlyMap<string | undefined, string> = new Map([
  ["completeWorkflowExecutionCommandAttributes", "completeWorkflow"],
  ["failWorkflowExecutionCommandAttributes", "failWorkflow"],
  ["cancelWorkflowExecutionCommandAttributes", "cancelWorkflow"],
  ["continueAsNewWorkflowExecutionCommandAttributes", "continueAsNew"],
]);

function respond(run: Run, answer: TaskAnswer): Respond {
  const last = answer.commands?.[answer.commands.length - 1];
  const terminal = endings.get(last?.attributes?.case);
  const { flags, versioningBehavior } = run;
  return {
    kind: "respond",
    answer: { ...answer, sdkMetadata: flags.takeForAnswer(), versioningBehavior },
    terminal,
  };
}

interface AnswerExtras {
  readonly queryResults: { readonly [id: string]: Init<WorkflowQueryResult> } | undefined;
  /** The server is to give out another task at once. */
  readonly again: boolean;
}

/** Answers a workflow task with all that is ready to be sent. */
export function answerTask(run: Run, task: WorkflowTask, { queryResults, again }: AnswerExtras): Respond {
  run.deployment = run.options.deploymentVersion;
  const messages = run.outbox;
  if (messages.length > 0) run.outbox = [];
  return respond(run, {
    taskToken: task.taskToken,
    commands: run.terminalSeen ? [] : run.commands.outgoing(),
    messages,
    queryResults,
    ...(again ? { forceCreateNewWorkflowTask: true } : {}),
  });
}

/** Answers a workflow task that broke by failing the workflow; no other command is to be trusted. */
export function answerWithFailure(run: Run, task: WorkflowTask, failure: FailureData): Respond {
  return respond(run, { taskToken: task.taskToken, commands: [failWorkflowCommand(failure)] });
}
