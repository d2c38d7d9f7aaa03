// Invariants
// 1. A place is under way from its reservation until its task was handed over or it was given back, whichever comes once.
// 2. `idle` resolves when no place is under way; whoever waits has withdrawn the worker before, so none is added.
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
export class WorkerEagerStarter implements EagerStarter {
  readonly #options: EagerStarterOptions;
  #underWay = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: EagerStarterOptions) {
    this.#options = options;
  }

  get namespace(): string {
    return this.#options.namespace;
  }

  get taskQueue(): string {
    return this.#options.taskQueue;
  }

  tryReserve(): EagerSlot | undefined {
    const { slots, deployment, accept } = this.#options;
    const permit = slots.tryReserve();
    if (permit === undefined) return undefined;
    this.#underWay += 1;
    return {
      deployment,
      accept: (task) => {
        accept(encodePollWorkflowTaskQueueResponse(task), permit);
        this.#settled();
      },
      release: () => {
        permit.release();
        this.#settled();
      },
    };
  }

  /** Resolves when no start is under way whose answer may bring a task. */
  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #settled(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
