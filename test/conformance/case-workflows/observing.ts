/** Workflows that tell the outside of themselves: sinks, log lines, metrics, warnings. */
import {
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  HandlerUnfinishedPolicy,
  log,
  metricMeter,
  proxyActivities,
  proxyLocalActivities,
  proxySinks,
  type Sinks,
  setHandler,
  sleep,
  workflowInfo,
} from "perdure/workflow";
import type { measuringActivities } from "../cases/observing.ts";

export interface Observers extends Sinks {
  notes: {
    /** Not called during replay. */
    once(step: string, seen: object): void;
    /** Called during replay too. */
    always(step: string): void;
    fails(): void;
    missing(): void;
  };
}

const { measured } = proxyActivities<typeof measuringActivities>({ startToCloseTimeout: "10 seconds" });
const local = proxyLocalActivities<typeof measuringActivities>({ startToCloseTimeout: "10 seconds" });

export const look = defineQuery<string>("look");
export const check = defineUpdate<string, [string]>("check");

/** Tells of each of its steps in every way there is. */
export async function observed(): Promise<string> {
  const { notes } = proxySinks<Observers>();
  const counter = metricMeter
    .createCounter("steps", "steps", "Steps that were made")
    .withTags({ of: "observed" });
  const tell = (step: string): void => {
    notes.once(step, { at: new Date(0), list: [step] });
    notes.always(step);
    log.info(`at ${step}`, { step });
    counter.add(1, { step });
  };
  let checked = false;
  setHandler(look, () => {
    log.info("at query");
    notes.once("query", {});
    return "looked";
  });
  setHandler(
    check,
    (word) => {
      checked = true;
      return word;
    },
    {
      validator(word) {
        log.info(`at validator of ${word}`);
        if (word === "bad") throw new Error("a bad word");
      },
    },
  );
  tell("start");
  notes.fails();
  notes.missing();
  await sleep(10);
  tell("timer");
  await measured("normal");
  tell("activity");
  await local.measured("local");
  tell("local activity");
  metricMeter.createHistogram("sizes", "float", "bytes").record(1.5);
  metricMeter.createGauge("level").set(2);
  metricMeter.createUpDownCounter("open").add(-1);
  await condition(() => checked);
  tell("end");
  return "done";
}

export const leave = defineSignal("leave");
export const leaveQuietly = defineSignal("leaveQuietly");
export const change = defineUpdate("change");
export const changeQuietly = defineUpdate("changeQuietly");
export const end = defineSignal("end");

/** Its handlers never end, but for one that does when it waits for them. */
export async function unfinished(waits: boolean): Promise<string> {
  let ended = false;
  const ABANDON = { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON };
  const forever = async (): Promise<void> => await condition(() => waits && ended);
  setHandler(leave, forever);
  setHandler(leaveQuietly, forever, ABANDON);
  setHandler(change, forever);
  setHandler(changeQuietly, forever, ABANDON);
  setHandler(end, () => {
    ended = true;
  });
  await condition(() => ended);
  if (waits) await condition(allHandlersFinished);
  return workflowInfo().workflowId;
}
