import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Stage } from "./stage.ts";

/** Logs what a worker sees of its task. */
export async function see(stage: Stage, step: string, task: PollWorkflowTaskQueueResponse): Promise<void> {
  const { attempt, startedEventId, previousStartedEventId, history } = task;
  const events = history?.events.map(({ eventId, attributes }) => `${eventId} ${attributes.case}`);
  await stage.step(step, async () => ({ attempt, startedEventId, previousStartedEventId, events }));
}

/** Fails a workflow task, as a worker does whose workflow code threw. */
export function fail(
  stage: Stage,
  { taskToken }: { readonly taskToken: Uint8Array },
  message: string,
): Promise<unknown> {
  const { namespace, service } = stage;
  const failure = { message };
  const identity = "workflow-worker";
  return service.respondWorkflowTaskFailed({ namespace, taskToken, cause: 24, failure, identity });
}
