import { proxyLocalActivities } from "perdure/workflow";

interface Locals {
  failing(times: number): Promise<number>;
  lasting(ms: number): Promise<string>;
}

/** A local activity that lasts. */
export async function localLasting(ms: number): Promise<string> {
  const { lasting } = proxyLocalActivities<Locals>({ startToCloseTimeout: "1 minute" });
  return await lasting(ms);
}

/** A local activity that fails a few times, a moment after each other. */
export async function localRepeated(times: number): Promise<number> {
  const { failing } = proxyLocalActivities<Locals>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: 800, backoffCoefficient: 1 },
  });
  return await failing(times);
}
