import { TaskQueueKind } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type { TaskQueue } from "../../gen/codec/temporal/api/taskqueue/v1/message.ts";
import { polledQueueFault, taskQueueFault, tooLong } from "../commands/activity-attributes.ts";
import { MAX_BUILD_ID_BYTES } from "../limits.ts";
import { utf8Bytes } from "../visibility/byte-text.ts";
import { invalidArgument } from "./failures.ts";

/** @throws {ServiceFailure} INVALID_ARGUMENT when no task queue is named */
export function requireTaskQueue(queue: TaskQueue | undefined): void {
  const fault = taskQueueFault(queue);
  if (fault) throw invalidArgument(fault);
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when a task queue that is polled or described is not named as it must be */
export function requirePolledQueue(queue: TaskQueue | undefined): void {
  const fault = polledQueueFault(queue);
  if (fault) throw invalidArgument(fault);
}

/** How a server of many hosts names a part of a queue other than its root. */
const PART_OF_QUEUE = /^\/_sys\/.+\/\d+$/;

/** @throws {ServiceFailure} INVALID_ARGUMENT for what is no queue of a user's, but a worker's own or a part of one */
export function requireWholeQueue(queue: TaskQueue | undefined): void {
  const instead = "use api_mode=UNSPECIFIED or a normal queue";
  if (queue?.kind === TaskQueueKind.STICKY) {
    throw invalidArgument(`Enhanced DescribeTaskQueue is not valid for a sticky queue, ${instead}.`);
  }
  if (PART_OF_QUEUE.test(queue?.name ?? "")) {
    throw invalidArgument(
      `Enhanced DescribeTaskQueue is not valid for non-root queue partitions, ${instead} root name.`,
    );
  }
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when a worker's build id is longer than the server takes */
export function checkBuildId(buildId: string | undefined): void {
  if (utf8Bytes(buildId ?? "") > MAX_BUILD_ID_BYTES) {
    throw invalidArgument("Build ID exceeds configured limit.workerBuildIdSize, use a shorter build ID.");
  }
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when the request id is longer than the server takes */
export function checkRequestId(requestId: string): void {
  if (tooLong(requestId)) throw invalidArgument("RequestId length exceeds limit.");
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when an identity is longer than the server takes */
export function checkIdentity(identity: string): void {
  if (tooLong(identity)) throw invalidArgument("Identity length exceeds limit.");
}
