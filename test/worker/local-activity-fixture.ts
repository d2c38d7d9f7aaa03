import { noopMetricMeter } from "../../src/common/meter.ts";
import { type LoadedDataConverter, loadDataConverter } from "../../src/converter/mod.ts";
import {
  LocalActivityTasks,
  type LocalActivityTasksOptions,
} from "../../src/worker/activity/local-activity-tasks.ts";
import { activityData } from "../../src/worker/data-conversion.ts";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";
import type { ManualClock } from "./manual-clock.ts";
import type { RecordedLog } from "./recorded-log.ts";

type Activities = { readonly [name: string]: (...args: never[]) => unknown };

/** Local activities of a worker, on a clock that tests move. */
export function localActivityFixture(
  activities: Activities,
  clock: ManualClock,
  logger: RecordedLog,
  options: Partial<LocalActivityTasksOptions> = {},
): LocalActivityTasks {
  return new LocalActivityTasks({
    facts: {
      namespace: "ns",
      taskQueue: "queue",
      activities: new Map(Object.entries(activities)) as never,
      // Without paths it is loaded at once.
      data: activityData(loadDataConverter() as LoadedDataConverter),
    },
    slots: new FixedSlots(100),
    clock,
    logger,
    metricMeter: noopMetricMeter,
    interceptors: [],
    client: undefined,
    maxResultBytes: 0,
    ...options,
  });
}
