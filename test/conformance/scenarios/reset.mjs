/** Takes a run back to the task that this event completed. Gives the handle of the run that goes on from there. */
export async function resetTo({ workflowTaskCompletedEventAttributes: completed, eventId }, handle, context) {
  if (!completed) throw new Error(`event ${eventId} completes no workflow task`);
  const { client, connection, workflowId } = context;
  const { runId } = await connection.workflowService.resetWorkflowExecution({
    namespace: "default",
    workflowExecution: { workflowId, runId: handle.firstExecutionRunId },
    workflowTaskFinishEventId: eventId,
    requestId: "reset-request",
    reason: "recorded for replay",
  });
  return client.getHandle(workflowId, runId);
}
