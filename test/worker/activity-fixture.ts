import type { Init } from "../../src/codec-runtime/init.ts";
import type { MetricMeter } from "../../src/common/meter.ts";
import { noopMetricMeter } from "../../src/common/meter.ts";
import {
  defaultPayloadConverter,
  type LoadedDataConverter,
  loadDataConverter,
} from "../../src/converter/mod.ts";
import {
  encodePollActivityTaskQueueResponse,
  type PollActivityTaskQueueResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { ActivityTasks, type ActivityTasksOptions } from "../../src/worker/activity/activity-tasks.ts";
import { activityData } from "../../src/worker/data-conversion.ts";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";
import { FakeServer, serviceOf } from "./fake-server.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordedLog } from "./recorded-log.ts";

export const token = new Uint8Array([1, 2, 3]);

/** Activities over a fake server. */
export interface ActivityFixture {
  readonly server: FakeServer;
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  readonly slots: FixedSlots;
  readonly tasks: ActivityTasks;
  /** Hands a task over and waits for its end. */
  run(task: Init<PollActivityTaskQueueResponse>): Promise<void>;
  /** Hands a task over. */
  begin(task: Init<PollActivityTaskQueueResponse>): void;
}

type Activities = { readonly [name: string]: (...args: never[]) => unknown };

/** Makes activities over a fake server. */
export function activityFixture(
  activities: Activities,
  options: Partial<ActivityTasksOptions> & {
    readonly converter?: LoadedDataConverter;
    readonly meter?: MetricMeter;
  } = {},
): ActivityFixture {
  const server = new FakeServer();
  const clock = new ManualClock();
  const log = new RecordedLog();
  const slots = new FixedSlots(1000);
  // Without paths it is loaded at once.
  const converter = options.converter ?? (loadDataConverter() as LoadedDataConverter);
  const tasks = new ActivityTasks({
    facts: {
      namespace: "ns",
      taskQueue: "queue",
      activities: new Map(Object.entries(activities)) as never,
      data: activityData(converter),
    },
    service: serviceOf(server),
    clock,
    logger: log,
    metricMeter: options.meter ?? noopMetricMeter,
    interceptors: [],
    client: undefined,
    heartbeatThrottle: { defaultMs: 30_000, maxMs: 60_000 },
    maxResultBytes: 0,
    ...options,
  });
  const begin = (task: Init<PollActivityTaskQueueResponse>): void => {
    const permit = slots.tryReserve();
    if (permit === undefined) throw new Error("no slot");
    tasks.accept(encodePollActivityTaskQueueResponse(task), permit);
  };
  return {
    server,
    clock,
    log,
    slots,
    tasks,
    begin,
    run: (task) => {
      begin(task);
      return tasks.idle();
    },
  };
}

/** A task of a workflow. */
export function activityTask(
  type: string,
  args: readonly unknown[] = [],
  more: Init<PollActivityTaskQueueResponse> = {},
): Init<PollActivityTaskQueueResponse> {
  return {
    taskToken: token,
    activityType: { name: type },
    activityId: "act-1",
    workflowNamespace: "ns",
    workflowType: { name: "order" },
    workflowExecution: { workflowId: "wf-1", runId: "run-1" },
    attempt: 1,
    input: { payloads: args.map((arg) => defaultPayloadConverter.toPayload(arg)) },
    scheduledTime: { seconds: 100n, nanos: 0 },
    currentAttemptScheduledTime: { seconds: 101n, nanos: 0 },
    startToCloseTimeout: { seconds: 60n, nanos: 0 },
    ...more,
  };
}
