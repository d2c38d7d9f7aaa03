import type { FromThread, ToThread } from "../../src/engine/protocol.ts";
import { startEngine } from "../../src/engine/thread-main.ts";
import { vmPlatform } from "../node-api/sandbox-vm.ts";

/** The part of a Web Worker's global scope that the engine's port needs. */
interface WorkerScope {
  postMessage(message: FromThread): void;
  onmessage: ((event: { readonly data: ToThread }) => void) | null;
}

// Entry file of a workflow thread on Deno. A looping Web Worker can't be ended there, so every entry has a time limit.
const scope = globalThis as unknown as WorkerScope;
startEngine(
  {
    post: (message) => scope.postMessage(message),
    onMessage: (callback) => {
      scope.onmessage = ({ data }) => callback(data);
    },
  },
  vmPlatform({ alwaysTimed: true }),
  { ownRealm: true },
);
