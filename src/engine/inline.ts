import type { FromThread, ToThread } from "./protocol.ts";
import type { EnginePlatform } from "./sandbox.ts";
import { startEngine } from "./thread-main.ts";

/** The engine in the calling thread, with the same protocol as a thread of its own. */
export interface InlineEngine {
  post(message: ToThread): void;
}

/** Starts the engine without a thread. `onMessage` gets what a thread would send. */
export function startInlineEngine(
  platform: EnginePlatform,
  onMessage: (message: FromThread) => void,
): InlineEngine {
  let receive: ((message: ToThread) => void) | undefined;
  startEngine(
    {
      post: onMessage,
      onMessage: (callback) => {
        receive = callback;
      },
    },
    platform,
    { ownRealm: false },
  );
  return { post: (message) => receive?.(message) };
}
