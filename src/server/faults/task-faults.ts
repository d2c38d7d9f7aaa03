// Invariants
// K1. A fault strikes where a task is handed out, so that polls that wait already are no way around it.
// K2. A task that comes again is not astray once more.
import type { ActivityTaskAnswer } from "../execution/activities.ts";
import type { WorkflowTaskAnswer } from "../execution/task-dispatch.ts";
import type { Fate, Strays, TaskQueueId } from "../matching/matching.ts";
import { type Fault, FaultList } from "./fault-list.ts";

/** Which tasks a fault is about. */
export interface TaskChoice {
  readonly kind: "workflow" | "activity";
  /** The queue that the workflow or activity was given; undefined: any. */
  readonly taskQueue: string | undefined;
}

interface TaskFault extends TaskChoice {
  readonly fate: Fate;
}

/** Tasks that get lost on their way to a worker, or come twice. */
export class TaskFaults {
  readonly #faults: FaultList<TaskFault>;
  readonly #repeated: WeakSet<object> = new WeakSet();

  constructor(strays: Strays) {
    const fateOf = (id: TaskQueueId, answer: object): Fate | undefined => this.#fateOf(id, answer);
    this.#faults = new FaultList(() => {
      strays.fateOf = this.#faults.size > 0 ? fateOf : undefined;
    });
  }

  /** Sets a fault. */
  add(choice: TaskChoice, fate: Fate, times: number): Fault {
    return this.#faults.add({ ...choice, fate }, times);
  }

  #fateOf({ kind, name }: TaskQueueId, answer: object): Fate | undefined {
    if (this.#repeated.delete(answer)) return undefined;
    // What waits in a queue of this kind is one of these.
    const task = answer as WorkflowTaskAnswer & ActivityTaskAnswer;
    if (task.query !== undefined) return undefined;
    // A sticky queue has the worker's own name; the task says which queue its workflow was given.
    const taskQueue = task.workflowExecutionTaskQueue?.name ?? name;
    const fault = this.#faults.strike(
      (one) => one.kind === kind && (one.taskQueue === undefined || one.taskQueue === taskQueue),
    );
    if (fault?.fate === "repeated") this.#repeated.add(answer);
    return fault?.fate;
  }
}
