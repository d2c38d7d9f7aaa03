/** The workflow that payloads belong to. */
export interface WorkflowSerializationContext {
  type: "workflow";
  namespace: string;
  workflowId: string;
}

/** The activity that payloads belong to. */
export interface ActivitySerializationContext {
  type: "activity";
  namespace: string;
  activityId?: string | undefined;
  /** The workflow that scheduled it, when known. */
  workflowId?: string | undefined;
  isLocal: boolean;
}

/**
 * Whose payloads are converted: for a child workflow, an external workflow or an activity it is the target, not the one
 * who asks.
 */
export type SerializationContext = WorkflowSerializationContext | ActivitySerializationContext;
