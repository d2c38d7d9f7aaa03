import type { HandlerUnfinishedPolicy } from "./definitions.ts";
import type { PayloadTypeInfo, SignalTypeInfo } from "./type-info.ts";
import type {
  WorkflowQueryType,
  WorkflowSignalType,
  WorkflowUpdateType,
  WorkflowUpdateValidatorType,
} from "./workflow-type.ts";

/** The handler of a query and what goes with it. */
export interface WorkflowQueryAnnotatedType {
  handler: WorkflowQueryType;
  description?: string | undefined;
  typeInfo?: PayloadTypeInfo | undefined;
}

/** The handler of a signal and what goes with it. */
export interface WorkflowSignalAnnotatedType {
  handler: WorkflowSignalType;
  unfinishedPolicy: HandlerUnfinishedPolicy;
  description?: string | undefined;
  typeInfo?: SignalTypeInfo | undefined;
}

/** The handler of an update and what goes with it. */
export interface WorkflowUpdateAnnotatedType {
  handler: WorkflowUpdateType;
  unfinishedPolicy: HandlerUnfinishedPolicy;
  validator?: WorkflowUpdateValidatorType | undefined;
  description?: string | undefined;
  typeInfo?: PayloadTypeInfo | undefined;
}
