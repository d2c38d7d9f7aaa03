import type { TaskQueue } from "../../gen/codec/temporal/api/taskqueue/v1/message.ts";
import { tooLong } from "../commands/activity-attributes.ts";
import { invalidArgument } from "./failures.ts";

/** @throws {ServiceFailure} INVALID_ARGUMENT when no task queue is named */
export function requireTaskQueue(queue: TaskQueue | undefined): void {
  if (!queue?.name) throw invalidArgument("TaskQueue is not set on request.");
  if (tooLong(queue.name)) throw invalidArgument("TaskQueue length exceeds limit.");
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when the request id is longer than the server takes */
export function checkRequestId(requestId: string): void {
  if (tooLong(requestId)) throw invalidArgument("RequestId length exceeds limit.");
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when no namespace is named where nothing else tells it */
export function requireNamespace(namespace: string): void {
  if (namespace === "") throw invalidArgument("Namespace is empty.");
}
