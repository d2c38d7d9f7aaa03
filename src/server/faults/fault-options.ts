import { showValue } from "../../common/type-guards.ts";
import {
  ResourceExhaustedCause,
  ResourceExhaustedScope,
} from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import type { StruckCall } from "./call-faults.ts";

/** Which calls fail, and how. */
export interface FailedCalls {
  /** Names of methods, such as `["StartWorkflowExecution"]`. Default: all methods. */
  readonly methods?: readonly string[] | undefined;
  /** Name of a gRPC status other than OK, such as `"RESOURCE_EXHAUSTED"`. Default `"UNAVAILABLE"`. */
  readonly status?: Exclude<keyof typeof GrpcStatus, "OK"> | undefined;
  /** Default: words that say it is a fault on purpose. */
  readonly message?: string | undefined;
  /** Of RESOURCE_EXHAUSTED only: what is used up. Default `"RPS_LIMIT"`. */
  readonly exhaustedCause?: keyof typeof ResourceExhaustedCause | undefined;
  /** Of RESOURCE_EXHAUSTED only: for whom. Default `"NAMESPACE"`. */
  readonly exhaustedScope?: keyof typeof ResourceExhaustedScope | undefined;
  /** Of those methods, which calls: asked for each; it must not throw. Default: all. */
  readonly when?: ((call: StruckCall) => boolean) | undefined;
  /** How many calls, 1 or more. Default: all, until the fault is disposed of. */
  readonly times?: number | undefined;
}

/** Which tasks go astray. Queries are no tasks here: they are not struck, and not counted. */
export interface StrayTasks {
  readonly kind: "workflow" | "activity";
  /** The queue that the workflow or activity was given; what comes to its workers by sticky queues counts too. Default: any. */
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
export function failureOf(options: FailedCalls): ServiceFailure {
  const { status = "UNAVAILABLE", message, exhaustedCause, exhaustedScope } = options;
  if (!Object.hasOwn(GrpcStatus, status) || GrpcStatus[status] < 1) {
    throw new TypeError(
      `faults: status is ${showValue(status)}; it must be the name of a gRPC status other than OK`,
    );
  }
  const words = message ?? "a fault on purpose";
  if (status === "RESOURCE_EXHAUSTED") {
    const cause = numberOf(ResourceExhaustedCause, exhaustedCause ?? "RPS_LIMIT", "exhaustedCause");
    const scope = numberOf(ResourceExhaustedScope, exhaustedScope ?? "NAMESPACE", "exhaustedScope");
    return new ServiceFailure(GrpcStatus.RESOURCE_EXHAUSTED, words, {
      kind: "ResourceExhaustedFailure",
      value: { cause, scope },
    });
  }
  if (exhaustedCause !== undefined || exhaustedScope !== undefined) {
    throw new TypeError(
      `faults: exhaustedCause and exhaustedScope go with status "RESOURCE_EXHAUSTED" only; status is ${showValue(status)}`,
    );
  }
  return new ServiceFailure(GrpcStatus[status], words);
}

function numberOf(names: Readonly<Record<string, number>>, name: string, option: string): number {
  const number = Object.hasOwn(names, name) ? names[name] : undefined;
  if (number !== undefined) return number;
  throw new TypeError(
    `faults: ${option} is ${showValue(name)}; it must be one of ${Object.keys(names).join(", ")}`,
  );
}

/** The question which calls, checked. */
export function checkWhen(when: FailedCalls["when"]): void {
  if (when !== undefined && typeof when !== "function") {
    throw new TypeError(`faults: when is ${showValue(when)}; it must be a function that says which calls`);
  }
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
