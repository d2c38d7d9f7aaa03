import type { Completion } from "../../core/command.ts";
import type { ConcludeActivationInput } from "../interceptors.ts";
import { composeInterceptors } from "./compose-interceptors.ts";
import { writeLog } from "./logging.ts";
import type { Run } from "./run.ts";

/** Gathers what a run answers to an activation that went well. */
export function concludeActivation(run: Run): Completion {
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
  const counts = new Map<string, number>();
  for (const { name, policy } of run.handlers.signalsInProgress.values()) {
    if (policy === "WARN_AND_ABANDON") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  const signals = JSON.stringify(Array.from(counts, ([name, count]) => ({ name, count })));
  writeLog(
    run,
    "WARN",
    "[TMPRL1102] The workflow ended while signal handlers were still running; what they had left to do is lost. Wait for " +
      "them with `await condition(allHandlersFinished)`, or set `unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON` for " +
      `the handlers that may be cut short. Unfinished signals: ${signals}`,
  );
}
