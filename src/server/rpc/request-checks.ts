import type { TaskQueue } from "../../gen/codec/temporal/api/taskqueue/v1/message.ts";
import { taskQueueFault, tooLong } from "../commands/activity-attributes.ts";
import { invalidArgument } from "./failures.ts";

/** @throws {ServiceFailure} INVALID_ARGUMENT when no task queue is named */
export function requireTaskQueue(queue: TaskQueue | undefined): void {
  const fault = taskQueueFault(queue);
  if (fault) throw invalidArgument(fault);
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when the request id is longer than the server takes */
export function checkRequestId(requestId: string): void {
  if (tooLong(requestId)) throw invalidArgument("RequestId length exceeds limit.");
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when an identity is longer than the server takes */
export function checkIdentity(identity: string): void {
  if (tooLong(identity)) throw invalidArgument("Identity length exceeds limit.");
}
