import type { Init } from "../../src/codec-runtime/init.ts";
import { noopMetricMeter } from "../../src/common/meter.ts";
import type { ThreadInit } from "../../src/engine/protocol.ts";
import {
  encodePollWorkflowTaskQueueResponse,
  type PollWorkflowTaskQueueResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";
import type { SlotPermit } from "../../src/worker/slots/supplier.ts";
import { ObservedCalls } from "../../src/worker/workflow/observed-calls.ts";
import { WorkflowWorker, type WorkflowWorkerOptions } from "../../src/worker/workflow/workflow-worker.ts";
import { FakeServer, serviceOf } from "./fake-server.ts";
import { FakeThreads } from "./fake-threads.ts";
import { localActivityFixture } from "./local-activity-fixture.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordedLog } from "./recorded-log.ts";

const init: Omit<ThreadInit, "threadIndex" | "progress"> = {
  kind: "init",
  protocolVersion: 1,
  bundle: "",
  worker: {
    namespace: "ns",
    taskQueue: "queue",
    identity: "me",
    buildId: "build",
    sdkName: "perdure",
    sdkVersion: "0",
    workerInstanceKey: "key",
    maxCachedWorkflows: 10,
    capabilities: { sdkMetadata: true, buildIdBasedVersioning: true },
    transformsPayloads: false,
    limits: { payloadErrorBytes: 0, memoErrorBytes: 0, messageBytes: 0 },
    workflowFailureErrorTypes: {},
    deadlockTimeoutMs: 5000,
    showStackTraceSources: false,
    sinks: {},
    registeredActivities: [],
  },
};

/** The workflow half of a worker over a fake server and fake threads. */
export async function workflowFixture(options: Partial<WorkflowWorkerOptions> = {}) {
  const server = new FakeServer();
  const clock = new ManualClock();
  const log = new RecordedLog();
  const threads = new FakeThreads();
  const slots = new FixedSlots(100);
  const activitySlots = new FixedSlots(2);
  const eager: { readonly task: Uint8Array; readonly permit: SlotPermit }[] = [];
  const fatal: unknown[] = [];
  const localActivities = localActivityFixture({}, clock, log);
  const worker = new WorkflowWorker({
    threads: 1,
    init,
    platform: threads,
    service: serviceOf(server),
    clock,
    logger: log,
    eager: {
      maxPerTask: 3,
      tryReserve: () => activitySlots.tryReserve(),
      run: (task, permit) => eager.push({ task, permit }),
    },
    localActivities,
    observed: new ObservedCalls({ logger: log, metricMeter: noopMetricMeter, sinks: {} }),
    transform: undefined,
    patchActivationCallback: undefined,
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  await worker.start();
  const give = (runId: string, more: Init<PollWorkflowTaskQueueResponse> = {}): void => {
    worker.accept(encodePollWorkflowTaskQueueResponse(workflowTask(runId, more)), slots.tryReserve()!);
  };
  return { server, clock, log, threads, slots, activitySlots, eager, fatal, worker, give };
}

/** A workflow task of a run. */
export function workflowTask(
  runId: string,
  more: Init<PollWorkflowTaskQueueResponse> = {},
): Init<PollWorkflowTaskQueueResponse> {
  return {
    taskToken: new TextEncoder().encode(`token of ${runId}`),
    workflowExecution: { workflowId: `wf of ${runId}`, runId },
    workflowType: { name: "order" },
    startedEventId: 3,
    attempt: 1,
    ...more,
  };
}
