import type { FromThread, ToThread } from "../../src/engine/protocol.ts";
import { startEngine } from "../../src/engine/thread-main.ts";
import { unbatched } from "../node-api/batched-messages.ts";
import { vmPlatform } from "../node-api/sandbox-vm.ts";
import { isGranted } from "./permissions.ts";

/** The part of a Web Worker's global scope that the engine's port needs. */
interface WorkerScope {
  postMessage(message: FromThread): void;
  onmessage: ((event: { readonly data: readonly ToThread[] }) => void) | null;
}

// Entry file of a workflow thread on Deno. A looping Web Worker can't be ended there, so every entry has a time limit.
const scope = globalThis as unknown as WorkerScope;
startEngine(
  {
    post: (message) => scope.postMessage(message),
    onMessage: (callback) => {
      const each = unbatched(callback);
      scope.onmessage = ({ data }) => each(data);
    },
  },
  vmPlatform({ alwaysTimed: true, mayProfile: () => isGranted({ name: "sys", kind: "inspector" }) }),
  { ownRealm: true },
);
