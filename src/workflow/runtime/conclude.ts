import type { Completion } from "../../core/command.ts";
import type { ConcludeActivationInput } from "../interceptors.ts";
import { composeInterceptors } from "./compose-interceptors.ts";
import { rejectBufferedUpdates } from "./jobs/do-update.ts";
import { writeLog } from "./logging.ts";
import type { HandlerInProgress, Run } from "./run.ts";

/** Whether {@link concludeActivation} runs none of the user's code. */
export function concludesQuietly({ interceptors, handlers, isCompleted, readOnly }: Run): boolean {
  const { bufferedUpdates, updatesInProgress, signalsInProgress } = handlers;
  const warns = isCompleted && updatesInProgress.size + signalsInProgress.size > 0;
  return (
    interceptors.internals.length === 0 && bufferedUpdates.length === 0 && !warns && readOnly === undefined
  );
}

/** Gathers what a run answers to an activation that went well. */
export function concludeActivation(run: Run): Completion {
  rejectBufferedUpdates(run);
  const commands = run.commands;
  run.commands = [];
  const conclude = composeInterceptors(
    run.interceptors.internals,
    "concludeActivation",
    (input: ConcludeActivationInput) => input,
  );
  const concluded = conclude({ commands });
  if (run.isCompleted) warnOfUnfinishedHandlers(run);
  return {
    kind: "success",
    commands: concluded.commands,
    usedFlags: run.flags.used(),
    versioningBehavior: run.definition.versioningBehavior,
  };
}

function warnOfUnfinishedHandlers(run: Run): void {
  const { updatesInProgress, signalsInProgress } = run.handlers;
  const updates = [...updatesInProgress].filter(([, handler]) => isWarnedOf(handler));
  if (updates.length > 0) {
    warn(run, "update", JSON.stringify(updates.map(([id, { name }]) => ({ name, id }))));
  }
  const counts = new Map<string, number>();
  for (const handler of signalsInProgress.values()) {
    if (isWarnedOf(handler)) counts.set(handler.name, (counts.get(handler.name) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  warn(run, "signal", JSON.stringify(Array.from(counts, ([name, count]) => ({ name, count }))));
}

function isWarnedOf({ policy }: HandlerInProgress): boolean {
  return policy === "WARN_AND_ABANDON";
}

const lost = {
  signal: "what they had left to do is lost",
  update: "what they had left to do is lost, and the clients that wait for their results get an error",
} as const;

function warn(run: Run, kind: "signal" | "update", unfinished: string): void {
  writeLog(
    run,
    "WARN",
    `[TMPRL1102] The workflow ended while ${kind} handlers were still running; ${lost[kind]}. Wait for ` +
      "them with `await condition(allHandlersFinished)`, or set `unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON` for " +
      `the handlers that may be cut short. Unfinished ${kind}s: ${unfinished}`,
  );
}
