/** Workflows that spoil what stacks are made of, each in its own way, and then wait. */
import { condition, setHandler } from "perdure/workflow";
import { release } from "./waits.ts";

const stacks = Error as { prepareStackTrace?: unknown; stackTraceLimit?: unknown };

const WAYS: Readonly<Record<string, () => void>> = {
  "prepareStackTrace throws": () => {
    stacks.prepareStackTrace = () => {
      throw new Error("prepared");
    };
  },
  "prepareStackTrace gives an object": () => {
    stacks.prepareStackTrace = () => ({ not: "text" });
  },
  "prepareStackTrace is no function": () => {
    stacks.prepareStackTrace = "no function";
  },
  "no frames": () => {
    stacks.stackTraceLimit = 0;
  },
  "an error class of its own": () => {
    globalThis.Error = class extends Error {
      override get stack(): string {
        throw new Error("no stack");
      }
    } as ErrorConstructor;
  },
  "a limit that is none": () => {
    stacks.stackTraceLimit = "many";
  },
  "methods of arrays": () => {
    Array.prototype.join = () => "joined";
    Array.prototype.flat = (() => []) as typeof Array.prototype.flat;
    Object.defineProperty = () => {
      throw new Error("no definitions");
    };
    Object.fromEntries = () => ({});
  },
};

/** The names of the ways. */
export const waysToSpoil: readonly string[] = Object.keys(WAYS);

export async function spoilsStacks(way: string): Promise<string> {
  let released = false;
  setHandler(release, () => {
    released = true;
  });
  WAYS[way]?.();
  await condition(() => released); // waits here
  return way;
}
