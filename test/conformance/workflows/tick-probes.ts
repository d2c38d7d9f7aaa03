/** The probes of `ticks.ts`: each begins one thing and notes its label once that has settled, well or badly. */

import { operation, service } from "nexus-rpc";
import {
  CancellationScope,
  condition,
  continueAsNew,
  createNexusServiceClient,
  executeChild,
  getExternalWorkflowHandle,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  startChild,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

/** A label and the ruler's step at which it was noted. */
export type Noted = [label: string, step: number];

export interface Bench {
  note(label: string): void;
  /** What to do, synchronously, when the signal `poke` comes with this label. */
  whenPoked(label: string, act: () => void): void;
}

export type Probe = (label: string, bench: Bench) => void;

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: "1 minute" });
const cancellable = <T>(fn: () => Promise<T>): Promise<T> => CancellationScope.cancellable(fn);
const nonCancellable = <T>(fn: () => Promise<T>): Promise<T> => CancellationScope.nonCancellable(fn);
const withTimeout = <T>(fn: () => Promise<T>): Promise<T> => CancellationScope.withTimeout(60_000, fn);
const child = (): Promise<unknown> => executeChild("anyChild", { workflowId: "child-id" });
const beginChild = () => startChild("anyChild", { workflowId: "child-id" });
const nexus = createNexusServiceClient({
  endpoint: "endpoint",
  service: service("service", { anyOperation: operation<string, string>() }),
});
const operate = () => nexus.executeOperation("anyOperation", "you");
const beginOperation = () => nexus.startOperation("anyOperation", "you");
const external = () => getExternalWorkflowHandle("other-id");

/** A probe of a promise which is made when the probe begins. */
const of =
  (begin: () => Promise<unknown>): Probe =>
  (label, { note }) => {
    const noteIt = (): void => note(label);
    void begin().then(noteIt, noteIt);
  };

/** A probe of a call that settles without a job: made when its label is poked. */
const onPoke =
  (call: () => Promise<unknown>): Probe =>
  (label, bench) =>
    bench.whenPoked(label, () => of(call)(label, bench));

/** A probe of what a scope holds at the time when it is cancelled: by `poke`. */
const cancelled =
  (hold: () => Promise<unknown>, scope: () => CancellationScope = () => new CancellationScope()): Probe =>
  (label, bench) => {
    const own = scope();
    of(() => own.run(hold))(label, bench);
    bench.whenPoked(label, () => own.cancel());
  };

/** As `cancelled`, but noted at the held promise itself, not at the scope's. */
const cancelledInside =
  (hold: () => Promise<unknown>): Probe =>
  (label, bench) =>
    cancelled(async () => {
      const held = hold();
      const noteIt = (): void => bench.note(label);
      void held.then(noteIt, noteIt);
      await new Promise(() => undefined);
    })(label, bench);

/** A call made in a scope that is cancelled already. */
const inCancelledScope = (call: () => Promise<unknown>): Probe =>
  onPoke(() => {
    const scope = new CancellationScope();
    scope.cancel();
    return scope.run(call);
  });

/** A condition on a flag that `poke` sets. */
const conditionProbe =
  (wait: (ready: () => boolean) => Promise<unknown>): Probe =>
  (label, bench) => {
    let ready = false;
    bench.whenPoked(label, () => {
      ready = true;
    });
    of(() => wait(() => ready))(label, bench);
  };

/** A condition on a flag that is set by the microtask in which an activity's result is seen. */
const conditionAfterActivity = (wait: (ready: () => boolean) => Promise<unknown>): Probe =>
  of(() => {
    let ready = false;
    void greet("you").then(() => {
      ready = true;
    });
    return wait(() => ready);
  });

/** A promise resolved within a handler. */
const resolvedByPoke: Probe = (label, bench) => {
  of(() => new Promise<void>((resolve) => bench.whenPoked(label, resolve)))(label, bench);
};

const settledByJobs: Record<string, Probe> = {
  activity: of(() => greet("you")),
  activityFailure: of(() => greet("you")),
  activityCancelled: of(() => greet("you")),
  activityAwaited: of(async () => {
    await greet("you");
  }),
  activityReturned: of(async () => greet("you")),
  timer: of(() => sleep(1_000)),
  globalTimeout: (label, { note }) => {
    setTimeout(() => note(label), 1_000);
  },
  childStart: of(beginChild),
  childStartFailure: of(beginChild),
  childStartAndResult: of(child),
  child: of(child),
  childFailure: of(child),
  childHandleResult: of(async () => (await beginChild()).result()),
  childSignal: of(async () => (await beginChild()).signal("poke", "you")),
  signal: resolvedByPoke,
  signalHandler: (label, { note, whenPoked }) => whenPoked(label, () => note(label)),
  update: resolvedByPoke,
  updateHandler: (label, { note, whenPoked }) => whenPoked(label, () => note(label)),
  updateThatWaits: () => undefined,
  condition: conditionProbe((ready) => condition(ready)),
  conditionWithTimeout: conditionProbe((ready) => condition(ready, 60_000)),
  conditionTimedOut: of(() => condition(() => false, 60_000)),
  conditionAfterActivity: conditionAfterActivity((ready) => condition(ready)),
  conditionWithTimeoutAfterActivity: conditionAfterActivity((ready) => condition(ready, 60_000)),
  localActivity: of(() => local.greet("you")),
  localActivityFailure: of(() => local.greet("you")),
  localActivityBacksOff: of(() => local.greet("you")),
  localActivityBackedOff: of(() => local.greet("you")),
  localActivityAfterBackOff: of(() => local.greet("you")),
  localActivityCancelledInBackOff: cancelled(() => local.greet("you")),
  externalSignal: of(() => external().signal("poke", "you")),
  externalSignalFailure: of(() => external().signal("poke", "you")),
  externalCancel: of(() => external().cancel()),
  nexusStart: of(beginOperation),
  nexusStartFailure: of(operate),
  nexusSync: of(operate),
  nexus: of(operate),
  nexusFailure: of(operate),
  nexusHandleResult: of(async () => (await beginOperation()).result()),
  scopeCancellable: of(() => cancellable(() => greet("you"))),
  scopeNonCancellable: of(() => nonCancellable(() => greet("you"))),
  scopeWithTimeout: of(() => withTimeout(() => greet("you"))),
  scopeTwoDeep: of(() => cancellable(() => cancellable(() => greet("you")))),
  scopeThreeDeep: of(() => cancellable(() => nonCancellable(() => cancellable(() => greet("you"))))),
  scopeWithTimeoutTwoDeep: of(() => withTimeout(() => withTimeout(() => greet("you")))),
  scopeTimeoutFires: of(() => withTimeout(() => sleep(120_000))),
  race: of(() => Promise.race([sleep(1_000), greet("you")])),
  all: of(() => Promise.all([sleep(1_000), greet("you")])),
  allSettled: of(() => Promise.allSettled([sleep(1_000), greet("you")])),
  any: of(() => Promise.any([sleep(1_000), greet("you")])),
  workflowCancelledTimer: of(() => sleep(1_000)),
  workflowCancelledCondition: of(() => condition(() => false)),
  workflowCancelledConditionWithTimeout: of(() => condition(() => false, 60_000)),
  workflowCancelledScope: of(() => cancellable(() => sleep(1_000))),
  workflowCancelledTwoDeep: of(() => cancellable(() => cancellable(() => sleep(1_000)))),
  workflowCancelledNonCancellable: of(() => nonCancellable(() => sleep(1_000))),
  workflowCancelledRequested: of(() => CancellationScope.current().cancelRequested),
};

const cancelledByPoke: Record<string, Probe> = {
  cancelTimer: cancelled(() => sleep(1_000)),
  cancelTimerInside: cancelledInside(() => sleep(1_000)),
  cancelCondition: cancelled(() => condition(() => false)),
  cancelConditionInside: cancelledInside(() => condition(() => false)),
  cancelConditionWithTimeout: cancelled(() => condition(() => false, 60_000)),
  cancelConditionWithTimeoutInside: cancelledInside(() => condition(() => false, 60_000)),
  cancelExternalSignal: cancelled(() => external().signal("poke", "you")),
  cancelExternalCancel: cancelled(() => external().cancel()),
  cancelTwoDeep: cancelled(() => cancellable(() => sleep(1_000))),
  cancelThreeDeep: cancelled(() => cancellable(() => cancellable(() => sleep(1_000)))),
  cancelNonCancellableChild: cancelled(() => nonCancellable(() => sleep(1_000))),
  cancelNonCancellableScope: cancelled(
    () => sleep(1_000),
    () => new CancellationScope({ cancellable: false }),
  ),
  cancelWithTimeout: cancelled(() => withTimeout(() => sleep(1_000))),
  cancelRequested: cancelled(() => CancellationScope.current().cancelRequested),
  cancelRequestedTwoDeep: cancelled(() => cancellable(() => CancellationScope.current().cancelRequested)),
  cancelActivity: cancelled(() => greet("you")),
  cancelLocalActivity: cancelled(() => local.greet("you")),
  cancelChild: cancelled(child),
  cancelNexus: cancelled(operate),
};

const calledOnPoke: Record<string, Probe> = {
  callNothing: onPoke(() => Promise.resolve()),
  callActivity: onPoke(() => greet("you")),
  callTimer: onPoke(() => sleep(1_000)),
  callGlobalTimeout: onPoke(async () => {
    setTimeout(() => undefined, 1_000);
  }),
  callGlobalTimeoutCleared: onPoke(async () => {
    clearTimeout(setTimeout(() => undefined, 1_000));
  }),
  callStartChild: onPoke(beginChild),
  callExecuteChild: onPoke(child),
  callStartNexus: onPoke(beginOperation),
  callExecuteNexus: onPoke(operate),
  callLocalActivity: onPoke(() => local.greet("you")),
  callExternalSignal: onPoke(() => external().signal("poke", "you")),
  callExternalCancel: onPoke(() => external().cancel()),
  callContinueAsNew: onPoke(() => continueAsNew()),
  callConditionTrue: onPoke(() => condition(() => true)),
  callConditionTrueWithTimeout: onPoke(() => condition(() => true, 60_000)),
  callScope: onPoke(() => cancellable(() => Promise.resolve(1))),
  callScopeAsync: onPoke(() => cancellable(async () => 1)),
  callScopeTwoDeep: onPoke(() => cancellable(() => cancellable(() => Promise.resolve(1)))),
  callNonCancellable: onPoke(() => nonCancellable(() => Promise.resolve(1))),
  callWithTimeout: onPoke(() => withTimeout(() => Promise.resolve(1))),
  callWithTimeoutActivity: onPoke(() => withTimeout(() => greet("you"))),
  callCancelledScopeTimer: inCancelledScope(() => sleep(1_000)),
  callCancelledScopeActivity: inCancelledScope(() => greet("you")),
  callCancelledScopeLocalActivity: inCancelledScope(() => local.greet("you")),
  callCancelledScopeStartChild: inCancelledScope(beginChild),
  callCancelledScopeExecuteChild: inCancelledScope(child),
  callCancelledScopeStartNexus: inCancelledScope(beginOperation),
  callCancelledScopeExecuteNexus: inCancelledScope(operate),
  callCancelledScopeExternalSignal: inCancelledScope(() => external().signal("poke", "you")),
  callCancelledScopeCondition: inCancelledScope(() => condition(() => false)),
  callCancelledScopeConditionWithTimeout: inCancelledScope(() => condition(() => false, 60_000)),
};

async function* twoValues(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

async function* twoValuesDelegated(): AsyncGenerator<number> {
  yield* twoValues();
}

async function drain(values: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  for await (const _ of values) {
    // Only the number of microtasks matters.
  }
}

class Counter {
  #value = 0;
  async add(by: number): Promise<number> {
    this.#value += by;
    return this.#value;
  }
}

/** The language's own constructs: some take other numbers of microtasks once they are lowered to es2017. */
const language: Record<string, Probe> = {
  callAsyncFunction: onPoke(async () => 1),
  callAwaitValue: onPoke(async () => await 1),
  callAwaitThenable: onPoke(async () => await { then: (resolve: (value: number) => void) => resolve(1) }),
  callAsyncMethod: onPoke(() => new Counter().add(1)),
  callForAwaitArray: onPoke(() => drain([1, 2])),
  callForAwaitPromises: onPoke(() => drain([Promise.resolve(1), Promise.resolve(2)])),
  callAsyncGeneratorNext: onPoke(() => twoValues().next()),
  callForAwaitGenerator: onPoke(() => drain(twoValues())),
  callForAwaitDelegated: onPoke(() => drain(twoValuesDelegated())),
  callForAwaitBreak: onPoke(async () => {
    for await (const _ of twoValues()) break;
  }),
  callReturnPromise: onPoke(async () => Promise.resolve(1)),
  callReturnAwaitPromise: onPoke(async () => await Promise.resolve(1)),
  callThenReturnPromise: onPoke(() => Promise.resolve().then(() => Promise.resolve(1))),
  callFinally: onPoke(() => Promise.resolve(1).finally(() => undefined)),
  callAll: onPoke(() => Promise.all([1, Promise.resolve(2)])),
};

export const probes: Record<string, Probe> = {
  ...settledByJobs,
  ...cancelledByPoke,
  ...calledOnPoke,
  ...language,
};
