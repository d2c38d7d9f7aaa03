import type { LogLevel } from "../../common/logger.ts";
import { isCancellation } from "../../common/root-cause.ts";
import { ContinueAsNew } from "../continue-as-new.ts";
import { composeInterceptors } from "./compose-interceptors.ts";
import { currentUpdate } from "./current-update.ts";
import { mapStacks } from "./failures.ts";
import type { Run } from "./run.ts";

/** A log line as it goes to the host. */
export interface LogCall {
  readonly kind: "log";
  readonly level: LogLevel;
  readonly message: string;
  readonly attributes: Record<string, unknown>;
  /** Real time of the call in milliseconds. */
  readonly timeMs: number;
}

/** Writes a log line of a run, unless history is replayed. */
export function writeLog(run: Run, level: LogLevel, message: string, attrs?: Record<string, unknown>): void {
  // Asked even in a replay: an interceptor may count on being called as often as before.
  const gather = composeInterceptors(run.interceptors.outbound, "getLogAttributes", (given) => given);
  const own = gather(ownAttributes(run));
  if (run.info.unsafe.isReplayingHistoryEvents) return;
  const attributes = { sdkComponent: "workflow", ...own, ...attrs };
  const call: LogCall = { kind: "log", level, message, attributes, timeMs: run.host.nowMs() };
  run.host.observe(run.runId, call);
}

function ownAttributes({ info }: Run): Record<string, unknown> {
  const { namespace, taskQueue, workflowId, runId, workflowType } = info;
  const attributes = { namespace, taskQueue, workflowId, runId, workflowType };
  const update = currentUpdate.getStore();
  return update === undefined ? attributes : { ...attributes, updateId: update.id, updateName: update.name };
}

const BY_WORKER = { sdkComponent: "worker" };

/** Runs the main function and says how it begins and ends. Takes one tick more than `main`, as the official SDK does. */
export function withLifecycleLog(run: Run, main: () => Promise<unknown>): Promise<unknown> {
  writeLog(run, "DEBUG", "Workflow started", BY_WORKER);
  return main().then(
    (result) => {
      writeLog(run, "DEBUG", "Workflow completed", BY_WORKER);
      return result;
    },
    (error: unknown) => {
      if (isCancellation(error)) writeLog(run, "DEBUG", "Workflow completed as cancelled", BY_WORKER);
      else if (error instanceof ContinueAsNew) writeLog(run, "DEBUG", "Workflow continued as new", BY_WORKER);
      else {
        mapStacks(run, error);
        writeLog(run, "WARN", "Workflow failed", { error, ...BY_WORKER });
      }
      throw error;
    },
  );
}
