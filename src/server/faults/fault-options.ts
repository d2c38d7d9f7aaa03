import { showValue } from "../../common/type-guards.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";

/** Which calls fail, and how. */
export interface FailedCalls {
  /** Names of methods, such as `["StartWorkflowExecution"]`. Default: all methods. */
  readonly methods?: readonly string[] | undefined;
  /** Name of a gRPC status other than OK, such as `"RESOURCE_EXHAUSTED"`. Default `"UNAVAILABLE"`. */
  readonly status?: Exclude<keyof typeof GrpcStatus, "OK"> | undefined;
  /** Default: words that say it is a fault on purpose. */
  readonly message?: string | undefined;
  /** How many calls, 1 or more. Default: all, until the fault is disposed of. */
  readonly times?: number | undefined;
}

/** Which tasks go astray. */
export interface StrayTasks {
  readonly kind: "workflow" | "activity";
  /** The queue that workers poll. Default: any. */
  readonly taskQueue?: string | undefined;
  /** How many tasks, 1 or more. Default 1. */
  readonly times?: number | undefined;
}

/** Which runs a fault is about. Default: all that are open. */
export interface ChosenWorkflow {
  /** Default `"default"`. */
  readonly namespace?: string | undefined;
  readonly workflowId: string;
  /** Default: the newest run. */
  readonly runId?: string | undefined;
}

/** The error that failed calls get, with the detail that the real server sends with it. */
export function failureOf({ status = "UNAVAILABLE", message }: FailedCalls): ServiceFailure {
  if (!Object.hasOwn(GrpcStatus, status) || GrpcStatus[status] < 1) {
    throw new TypeError(
      `faults: status is ${showValue(status)}; it must be the name of a gRPC status other than OK`,
    );
  }
  const words = message ?? "a fault on purpose";
  return status === "RESOURCE_EXHAUSTED"
    ? new ServiceFailure(GrpcStatus.RESOURCE_EXHAUSTED, words, {
        kind: "ResourceExhaustedFailure",
        value: { cause: 1, scope: 1 },
      })
    : new ServiceFailure(GrpcStatus[status], words);
}

/** How often, checked. */
export function timesOf(times: number | undefined, otherwise: number): number {
  if (times === undefined) return otherwise;
  if (Number.isInteger(times) && times > 0) return times;
  throw new TypeError(`faults: times is ${showValue(times)}; it must be a whole number above 0`);
}

/** Which tasks, checked. */
export function checkTasks({ kind, taskQueue }: StrayTasks): void {
  if (kind !== "workflow" && kind !== "activity") {
    throw new TypeError(`faults: kind is ${showValue(kind)}; it must be "workflow" or "activity"`);
  }
  if (taskQueue !== undefined && (typeof taskQueue !== "string" || taskQueue === "")) {
    throw new TypeError(`faults: taskQueue is ${showValue(taskQueue)}; it must be the name of a task queue`);
  }
}

/** Names of methods, checked against those that there are. */
export function checkMethods(
  methods: readonly string[] | undefined,
  knows: (method: string) => boolean,
): void {
  if (methods === undefined) return;
  if (!Array.isArray(methods) || methods.length === 0) {
    throw new TypeError(`faults: methods is ${showValue(methods)}; it must be a list of names of methods`);
  }
  for (const method of methods) {
    if (!knows(method)) {
      throw new TypeError(
        `faults: the server has no method ${showValue(method)}; write it as in StartWorkflowExecution`,
      );
    }
  }
}
