/** Timers, conditions, scopes. */
import { settled } from "./wait.mjs";

const from = (source, list) => list.map((scenario) => ({ source, ...scenario }));

export const timerScenarios = [
  ...from("timers.ts", [
    { subject: "timer-sleep", workflow: "sleepOnce", args: [100] },
    { subject: "timer-sleep-text", workflow: "sleepOnce", args: ["1 second"] },
    { subject: "timer-sleep-zero", workflow: "sleepZero" },
    { subject: "timer-several", workflow: "severalTimers" },
    { subject: "timer-cancelled", workflow: "cancelTimer" },
    { subject: "timer-cancelled-at-once", workflow: "cancelTimerAtOnce" },
    { subject: "timer-global", workflow: "globalTimers" },
    { subject: "timer-global-cleared-at-once", workflow: "clearTimeoutAtOnce" },
    { subject: "timer-race-activity-wins", workflow: "activityBeatsTimer" },
    { subject: "timer-race-timer-wins", workflow: "timerBeatsActivity" },
  ]),
  ...from("conditions.ts", [
    {
      subject: "condition-without-timeout",
      workflow: "conditionWithoutTimeout",
      args: [3],
      async act(handle) {
        await handle.signal("advance", 1);
        await settled(handle);
        await handle.signal("advance", 2);
      },
    },
    {
      subject: "condition-in-time",
      workflow: "conditionInTime",
      args: [2],
      async act(handle) {
        await settled(handle);
        await handle.signal("advance", 2);
      },
    },
    { subject: "condition-times-out", workflow: "conditionTimesOut" },
    { subject: "condition-true-at-once", workflow: "conditionTrueAtOnce" },
    { subject: "condition-chain", workflow: "conditionsFollowEachOther" },
  ]),
  ...from("scopes.ts", [
    { subject: "scope-timeout-not-reached", workflow: "scopeTimeoutNotReached" },
    { subject: "scope-timeout-reached", workflow: "scopeTimeoutReached" },
    { subject: "scope-timeout-and-failure", workflow: "scopeTimeoutAndFailure" },
    { subject: "scope-nested", workflow: "nestedScopes" },
    {
      subject: "scope-siblings",
      workflow: "siblingScopes",
      async act(handle) {
        await settled(handle);
        await handle.signal("stop");
      },
    },
    { subject: "scope-failure-cancels-siblings", workflow: "failureCancelsSiblings" },
  ]),
];
