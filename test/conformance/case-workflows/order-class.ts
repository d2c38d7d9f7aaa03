import * as workflow from "perdure/workflow";
import type { caseActivities } from "../case-activities.ts";

const local = workflow.proxyLocalActivities<typeof caseActivities>({ startToCloseTimeout: "10 seconds" });

/** A workflow class with everything: a constructor with arguments, updates with validators, local activities, dynamic handlers. */
@workflow.defn({ name: "OrderClass" })
@workflow.init
export class OrderWorkflow {
  readonly #items: string[];
  readonly #others: unknown[] = [];
  #closed = false;

  constructor(first: string) {
    this.#items = [first];
  }

  @workflow.run
  async run(first: string): Promise<unknown> {
    const greeting = await local.greet(first);
    await workflow.condition(() => this.#closed && workflow.allHandlersFinished());
    return { greeting, items: this.#items, others: this.#others };
  }

  @workflow.update
  async add(item: string): Promise<number> {
    this.#items.push(await local.greet(item));
    return this.#items.length;
  }

  @workflow.update.validator("add")
  checkItem(item: string): void {
    if (item === "") throw workflow.ApplicationFailure.create({ message: "no item", type: "NoItem" });
  }

  @workflow.signal
  close(): void {
    this.#closed = true;
  }

  @workflow.query({ description: "How many there are" })
  count(): number {
    return this.#items.length;
  }

  @workflow.query
  items(): readonly string[] {
    return this.#items;
  }

  @workflow.signal({ dynamic: true })
  otherSignal(name: string, ...args: unknown[]): void {
    this.#others.push([name, ...args]);
  }

  @workflow.update({ dynamic: true })
  async otherUpdate(name: string, ...args: unknown[]): Promise<unknown> {
    await workflow.sleep(10);
    this.#others.push([name, ...args]);
    return [name, this.#others.length];
  }

  @workflow.query({ dynamic: true })
  otherQuery(name: string, ...args: unknown[]): unknown {
    return [name, ...args];
  }
}

/** Runs whatever types have no workflow of their own. */
@workflow.defn({ dynamic: true })
export class AnyWorkflow {
  @workflow.run
  async run(...args: unknown[]): Promise<unknown> {
    return [workflow.workflowInfo().workflowType, ...args];
  }
}
