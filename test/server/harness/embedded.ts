import { WorkflowServiceHandlers } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { RpcPort } from "../../../src/platform/rpc-port.ts";
import { onDue } from "../../../src/server/execution/due.ts";
import { Engine } from "../../../src/server/execution/engine.ts";
import { dispatchTask } from "../../../src/server/execution/task-dispatch.ts";
import { activityTaskRpcs } from "../../../src/server/rpc/activity-task-rpcs.ts";
import { Dispatcher } from "../../../src/server/rpc/dispatcher.ts";
import { historyRpcs } from "../../../src/server/rpc/history-rpcs.ts";
import { signalRpcs } from "../../../src/server/rpc/signal-rpcs.ts";
import { startRpcs } from "../../../src/server/rpc/start-rpcs.ts";
import { workflowTaskRpcs } from "../../../src/server/rpc/workflow-task-rpcs.ts";
import type { Wall } from "../../../src/server/time/wall.ts";
import { SimpleQueues } from "./simple-queues.ts";
import { WallTimeline } from "./wall-timeline.ts";

const WALL: Wall = {
  now: () => Date.now(),
  after: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};

/** An embedded server for tests. */
export interface EmbeddedForTests {
  readonly port: RpcPort;
  readonly namespace: string;
  close(): Promise<void>;
}

/** Opens one. Defects of the server are thrown by `close`. */
export async function openEmbedded(): Promise<EmbeddedForTests> {
  const defects: unknown[] = [];
  const queues = new SimpleQueues();
  const engine = new Engine({
    newTimeline: () => new WallTimeline(),
    queues,
    visibility: { put: () => {}, remove: () => {} },
    searchAttributes: { check: (_namespace, fields) => definedOf(fields) },
    namespaceId: () => "00000000-0000-0000-0000-000000000001",
    onDefect: (_what, error) => defects.push(error),
  });
  engine.connect({
    dispatchTask: (run) => dispatchTask(engine, run),
    due: (run, due) => onDue(engine, run, due),
    closed: () => {},
  });
  const dispatcher = new Dispatcher({
    admit: () => {},
    onDefect: (_method, error) => defects.push(error),
  });
  dispatcher.declare(WorkflowServiceHandlers);
  for (const group of [
    startRpcs(engine),
    workflowTaskRpcs(engine, queues),
    activityTaskRpcs(queues),
    signalRpcs(engine),
    historyRpcs(engine, WALL),
  ]) {
    dispatcher.register(WorkflowServiceHandlers, group);
  }
  return {
    port: dispatcher,
    namespace: "default",
    close: async () => {
      await dispatcher.close();
      if (defects.length > 0) throw new AggregateError(defects, "the embedded server has defects");
    },
  };
}

function definedOf<Value>(fields: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept;
}
