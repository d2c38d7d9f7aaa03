/** Workflows that take updates. */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  setDefaultUpdateHandler,
  setHandler,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

const add = defineUpdate<number, [number]>("add");
const greetAll = defineUpdate<string[], [string[]]>("greetAll");
const failIn = defineUpdate<void, [number]>("failIn");
const hold = defineUpdate<string, [string]>("hold");
const note = defineSignal<[string]>("note");
const release = defineSignal("release");
const close = defineSignal("close");
const notes = defineQuery<string[]>("notes");

function positive(by: number): void {
  if (by <= 0) throw ApplicationFailure.create({ message: `${by} is not positive`, type: "NotPositive" });
}

/** Sums what updates add, until it is told to close. */
export async function sums(start = 0): Promise<number> {
  let total = start;
  let closed = false;
  setHandler(
    add,
    (by) => {
      total += by;
      return total;
    },
    { validator: positive, description: "adds to the sum" },
  );
  setHandler(close, () => {
    closed = true;
  });
  await condition(() => closed);
  return total;
}

/** Handlers that wait: for activities one after the other, for a timer and then fail, for a signal. */
export async function waitsInUpdates(): Promise<string[]> {
  const seen: string[] = [];
  let closed = false;
  let released = 0;
  setHandler(greetAll, async (names) => {
    const greetings: string[] = [];
    for (const name of names) greetings.push(await greet(name));
    seen.push(...greetings);
    return greetings;
  });
  setHandler(failIn, async (ms) => {
    await sleep(ms);
    throw ApplicationFailure.nonRetryable("failed as told", "AsTold", [ms]);
  });
  setHandler(hold, async (word) => {
    const mine = released;
    await condition(() => released > mine);
    seen.push(word);
    return `${currentUpdateInfo()?.name} ${word}`;
  });
  setHandler(release, () => {
    released++;
  });
  setHandler(close, () => {
    closed = true;
  });
  setHandler(notes, () => seen);
  await condition(() => closed && allHandlersFinished());
  return seen;
}

/** Signals and updates note in which order they come. */
export async function notesEverything(expected: number): Promise<string[]> {
  const seen: string[] = [];
  setHandler(note, (word) => {
    seen.push(`signal ${word}`);
  });
  setHandler(add, (by) => {
    seen.push(`add ${by}`);
    return seen.length;
  });
  setHandler(hold, async (word) => {
    seen.push(`hold ${word}`);
    await sleep(20);
    seen.push(`held ${word}`);
    return word;
  });
  seen.push("started");
  await condition(() => seen.length >= expected && allHandlersFinished());
  return seen;
}

/** Takes updates of any name; those that come before the handler is set wait for it within their activation. */
export async function anyUpdate(): Promise<string[]> {
  const seen: string[] = [];
  await Promise.resolve();
  setDefaultUpdateHandler((name, ...args) => {
    seen.push(`${name}(${args.join(", ")})`);
    return seen.length;
  });
  await condition(() => seen.length >= 2);
  return seen;
}

/** Each update begins a new run. */
export async function renewedByUpdate(round: number): Promise<number> {
  let renew = false;
  setHandler(add, (by) => {
    renew = true;
    return round + by;
  });
  await condition(() => renew);
  if (round < 1) await continueAsNew<typeof renewedByUpdate>(round + 1);
  return round;
}

/** Ends while handlers still run. */
export async function leavesHandlers(): Promise<string> {
  let calls = 0;
  setHandler(hold, async (word) => {
    calls++;
    await condition(() => false);
    return word;
  });
  setHandler(
    greetAll,
    async () => {
      calls++;
      await condition(() => false);
      return [];
    },
    { unfinishedPolicy: "ABANDON" },
  );
  await condition(() => calls >= 2);
  return "left";
}

/** The workflow is cancelled while the handler of an update waits. */
export async function cancelledInUpdate(): Promise<string> {
  setHandler(hold, async (word) => {
    await sleep("1 hour");
    return word;
  });
  try {
    await condition(() => false);
    return "never";
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    return "cancelled";
  }
}

/** A validator changes its arguments; the handler has its own. */
export async function validatorChangesArguments(): Promise<string[]> {
  let result: string[] | undefined;
  setHandler(
    greetAll,
    (names) => {
      result = names;
      return names;
    },
    {
      validator: (names) => {
        names.push("changed");
        names[0] = "changed";
      },
    },
  );
  await condition(() => result !== undefined);
  return result ?? [];
}

/** What handlers ask for belongs to their signal or update, also after waiting, in scopes and when it is cancelled. */
export async function groupedEvents(): Promise<number> {
  let done = 0;
  const scopes: CancellationScope[] = [];
  setHandler(note, async (word) => {
    await sleep(10, { summary: `before ${word}` });
    await CancellationScope.nonCancellable(() => greet(word));
    const scope = new CancellationScope();
    scopes.push(scope);
    await scope.run(() => sleep("1 hour", { summary: `after ${word}` })).catch(() => undefined);
    await sleep(10);
    done++;
  });
  setHandler(hold, async (word) => {
    const greeting = await greet(word);
    await CancellationScope.withTimeout(20, () => sleep("1 hour")).catch(() => undefined);
    done++;
    return greeting;
  });
  setHandler(release, () => {
    for (const scope of scopes) scope.cancel();
  });
  await sleep(10);
  await condition(() => done >= 2);
  await sleep(10);
  return done;
}

/** Continues as new from within a signal handler's context: the error is made there. */
export async function renewedBySignal(round: number): Promise<number> {
  let next: (() => Promise<never>) | undefined;
  let failure: unknown;
  setHandler(release, async () => {
    try {
      await next?.();
    } catch (error) {
      failure = error;
    }
  });
  next = () => continueAsNew<typeof renewedBySignal>(round + 1);
  if (round > 0) return round;
  await condition(() => failure !== undefined);
  throw failure;
}
