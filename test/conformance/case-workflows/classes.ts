import * as workflow from "perdure/workflow";
import type { caseActivities } from "../case-activities.ts";

const { greet } = workflow.proxyActivities<typeof caseActivities>({ startToCloseTimeout: "10 seconds" });

/** A workflow as a class, as the Python SDK has them. */
@workflow.defn({ name: "GreetingClass" })
export class GreetingWorkflow {
  #greeting = "";
  #closed = false;

  @workflow.run
  async run(name: string): Promise<string> {
    this.#greeting = await greet(name);
    await workflow.condition(() => this.#closed);
    return this.#greeting;
  }

  @workflow.signal
  close(): void {
    this.#closed = true;
  }

  @workflow.query
  greeting(): string {
    return this.#greeting;
  }
}
