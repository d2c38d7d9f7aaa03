/** Workflows that take signals. */
import { condition, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

type Order = { id: number; tags: string[] };

export const finish: ReturnType<typeof defineSignal> = defineSignal("finish");
export const word: ReturnType<typeof defineSignal<[string]>> = defineSignal<[string]>("word");
export const order: ReturnType<typeof defineSignal<[Order, boolean]>> =
  defineSignal<[Order, boolean]>("order");

export async function oneSignal(): Promise<string> {
  let finished = false;
  setHandler(finish, () => {
    finished = true;
  });
  await condition(() => finished);
  return "finished";
}

export async function signalWithArguments(): Promise<unknown> {
  let got: unknown;
  setHandler(order, (value, urgent) => {
    got = { value, urgent };
  });
  await condition(() => got !== undefined);
  return got;
}

/** Signals that come before there is a handler are kept, and handed over in their order. */
export async function bufferedSignals(expected: number): Promise<string[]> {
  const words: string[] = [];
  await sleep(50);
  setHandler(word, (value) => {
    words.push(value);
  });
  await condition(() => words.length >= expected);
  return words;
}

/** Several kinds of signals kept until their handlers are set, one after the other. */
export async function bufferedSignalKinds(): Promise<string[]> {
  const seen: string[] = [];
  await sleep(50);
  setHandler(finish, () => {
    seen.push("finish");
  });
  setHandler(word, (value) => {
    seen.push(value);
  });
  await condition(() => seen.length >= 4);
  return seen;
}

/** Handlers that wait: for a timer and for an activity. */
export async function asyncSignalHandler(expected: number): Promise<string[]> {
  const greetings: string[] = [];
  setHandler(word, async (name) => {
    await sleep(30);
    greetings.push(await greet(name));
  });
  await condition(() => greetings.length >= expected);
  return greetings;
}

/** Each signal replaces the handler: the newest one counts. */
export async function replacedSignalHandler(): Promise<string[]> {
  const seen: string[] = [];
  setHandler(word, (first) => {
    seen.push(`first handler: ${first}`);
    setHandler(word, (second) => {
      seen.push(`second handler: ${second}`);
    });
  });
  await condition(() => seen.length >= 2);
  return seen;
}
