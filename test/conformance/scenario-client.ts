/** Perdure's workflow client as scenarios use it, wherever it lives. */
import {
  WithStartWorkflowOperation,
  type Workflow,
  type WorkflowClient,
  type WorkflowHandle,
} from "perdure/client";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import type { HistoryJson } from "./compare-histories.ts";
import type { ScenarioClient, ScenarioHandle, ScenarioStartOperation } from "./scenario.ts";

export function scenarioClient(client: WorkflowClient): ScenarioClient {
  type StartOptions = Parameters<WorkflowClient["start"]>[1];
  type SignalOptions = Parameters<WorkflowClient["signalWithStart"]>[1];
  return {
    start: async (workflow, options) =>
      flat(await client.start(workflow, options as unknown as StartOptions)),
    signalWithStart: async (workflow, options) =>
      flat(await client.signalWithStart(workflow, options as unknown as SignalOptions)),
    executeUpdateWithStart: async (name, options) => {
      const operation = options["startWorkflowOperation"] as WithStartWorkflowOperation<Workflow>;
      return await client.executeUpdateWithStart(name, { ...options, startWorkflowOperation: operation });
    },
    getHandle: (workflowId, runId, options) => flat(client.getHandle(workflowId, runId, options)),
  };
}

/** An operation that starts a workflow with an update, or takes the one that runs. */
export function startOperation(
  workflow: string,
  options: Readonly<Record<string, unknown>>,
): ScenarioStartOperation {
  type Options = ConstructorParameters<typeof WithStartWorkflowOperation>[1];
  return new WithStartWorkflowOperation(workflow, options as unknown as Options);
}

const originals = new WeakMap<object, WorkflowHandle>();

/** Scenarios read events in the JSON form that official handles give: attributes as a property of the event. */
function flat(handle: WorkflowHandle): ScenarioHandle {
  const fetchHistory: ScenarioHandle["fetchHistory"] = async () => {
    const { events } = await handle.fetchHistory();
    return {
      events: events.map((event) => ({
        ...event,
        [event.attributes.case ?? "unknown"]: event.attributes.value,
      })),
    };
  };
  const wrapped = new Proxy(handle, {
    get: (target, key) => (key === "fetchHistory" ? fetchHistory : bound(target, Reflect.get(target, key))),
  });
  originals.set(wrapped, handle);
  return wrapped as unknown as ScenarioHandle;
}

function bound(target: object, value: unknown): unknown {
  return typeof value === "function" ? value.bind(target) : value;
}

/** The history of a handle that a scenario got from its client, as the CLI shows it. */
export async function historyOf(handle: ScenarioHandle): Promise<HistoryJson> {
  const original = originals.get(handle);
  if (!original)
    throw new Error("a history is wanted of a handle that the scenario did not get from its client");
  return historyToJson(await original.fetchHistory()) as unknown as HistoryJson;
}
