import type { QueryDefinition } from "../common/definitions.ts";
import { ENHANCED_STACK_TRACE_QUERY_NAME, STACK_TRACE_QUERY_NAME } from "../common/reserved-names.ts";

/** The SDK that a workflow runs on. */
export interface StackTraceSDKInfo {
  name: string;
  version: string;
}

/** A part of a source file. */
export interface StackTraceFileSlice {
  /** Lines before this part, from 0. */
  line_offset: number;
  content: string;
}

/** A frame of a stack. Lines and columns count from 1. */
export interface StackTraceFileLocation {
  file_path?: string;
  line?: number;
  column?: number;
  function_name?: string;
  /** Whether the frame is the SDK's own; such frames are left out here. */
  internal_code: boolean;
}

/** A place at which a workflow waits, innermost frame first. */
export interface StackTrace {
  locations: StackTraceFileLocation[];
}

/** Where a workflow waits, with the sources if the worker has `showStackTraceSources`. */
export interface EnhancedStackTrace {
  sdk: StackTraceSDKInfo;
  /** By file path. */
  sources: Record<string, StackTraceFileSlice[]>;
  stacks: StackTrace[];
}

/** What a workflow is and how it is talked to. */
export interface WorkflowMetadata {
  definition: {
    type: string;
    queryDefinitions: WorkflowInteraction[];
    signalDefinitions: WorkflowInteraction[];
    updateDefinitions: WorkflowInteraction[];
  };
  /** What `setCurrentDetails` set. */
  currentDetails: string;
}

/** A query, signal or update that a workflow handles. */
export interface WorkflowInteraction {
  name: string;
  description?: string;
}

// Users cannot define queries of these names.
function reserved<Ret>(name: string): QueryDefinition<Ret> {
  return { type: "query", name } as QueryDefinition<Ret>;
}

/** Asks any workflow where it waits: stacks as text, separated by empty lines. */
export const stackTraceQuery: QueryDefinition<string> = reserved(STACK_TRACE_QUERY_NAME);

/** As {@link stackTraceQuery}, with places as data. */
export const enhancedStackTraceQuery: QueryDefinition<EnhancedStackTrace> = reserved(
  ENHANCED_STACK_TRACE_QUERY_NAME,
);

/** Asks any workflow for its type, its handlers with their descriptions, and its current details. */
export const workflowMetadataQuery: QueryDefinition<WorkflowMetadata> = reserved(
  "__temporal_workflow_metadata",
);
