import { encodePollWorkflowTaskQueueResponse } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { EagerDeployment, EagerSlot, EagerStarter } from "../../transport/eager-start.ts";
import type { SlotPermit, SlotSupplier } from "../slots/supplier.ts";

/** What a worker needs to take first tasks from clients of its connection. */
export interface EagerStarterOptions {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Those of the pollers. */
  readonly slots: SlotSupplier;
  readonly deployment: EagerDeployment | undefined;
  /** Takes a raw task and its slot, as if it had been polled. */
  readonly accept: (task: Uint8Array, permit: SlotPermit) => void;
}

/** Lets clients of this process start workflows on the worker without a poll. */
export function eagerStarterOf(options: EagerStarterOptions): EagerStarter {
  const { namespace, taskQueue, slots, deployment, accept } = options;
  return {
    namespace,
    taskQueue,
    tryReserve(): EagerSlot | undefined {
      const permit = slots.tryReserve();
      if (permit === undefined) return undefined;
      return {
        deployment,
        accept: (task) => accept(encodePollWorkflowTaskQueueResponse(task), permit),
        release: () => permit.release(),
      };
    },
  };
}
