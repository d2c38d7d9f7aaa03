/** The workflow for every type that has no function of its own, and handlers for every name that has none. */
import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
  sleep,
  workflowInfo,
} from "perdure/workflow";

const { noSuchName: unknown } = proxyActivities<Record<string, (...args: unknown[]) => Promise<unknown>>>({
  startToCloseTimeout: "1 minute",
  retry: { maximumAttempts: 1 },
});

/** Runs under any name. */
export default async function dynamic(...args: unknown[]): Promise<unknown> {
  const told = await (unknown as NonNullable<typeof unknown>)("of an activity", args.length);
  await sleep(10);
  return [workflowInfo().workflowType, args, told];
}

const known = defineSignal<[string]>("known");
const close = defineSignal("close");
const seenSoFar = defineQuery<unknown[]>("seenSoFar");
const knownUpdate = defineUpdate<string, [string]>("knownUpdate");

/** Signals wait for their handlers: the ones with names first, in the order in which the handlers are set. */
export async function bufferedInOrder(): Promise<unknown[]> {
  const seen: unknown[] = [];
  let closed = false;
  setHandler(seenSoFar, () => seen);
  await sleep(300);
  seen.push("slept");
  setHandler(close, () => {
    seen.push("close");
    closed = true;
  });
  await sleep(10);
  setHandler(known, (text) => {
    seen.push(["known", text]);
  });
  setDefaultSignalHandler(async (name, ...args) => {
    seen.push(["default", name, ...args]);
    await sleep(10);
    seen.push(["after", name]);
  });
  await condition(() => closed && seen.length >= 8);
  return seen;
}

/** Default handlers of all three kinds, replaced and taken away again while it runs. */
export async function defaultHandlers(): Promise<unknown[]> {
  const seen: unknown[] = [];
  let closed = false;
  setHandler(close, () => {
    closed = true;
  });
  setHandler(knownUpdate, (text) => `known ${text}`);
  setDefaultQueryHandler((name, ...args) => [name, args, seen.length]);
  setDefaultSignalHandler((name, ...args) => {
    seen.push(["first", name, ...args]);
    if (name === "replace") {
      setDefaultSignalHandler(async (other) => {
        await sleep(10);
        seen.push(["second", other]);
      });
    }
  });
  setDefaultUpdateHandler(async (name, ...args) => {
    await sleep(10);
    seen.push(["update", name, ...args]);
    return seen.length;
  });
  await condition(() => closed);
  await condition(() => seen.length >= 5);
  return seen;
}
