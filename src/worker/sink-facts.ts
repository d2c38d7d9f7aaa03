import type { WorkerFacts } from "../engine/protocol.ts";
import type { InjectedSinks } from "./sinks.ts";

/** What a workflow thread must know of sinks: their names, and which are called during replay. */
export function sinkFacts(sinks: InjectedSinks): WorkerFacts["sinks"] {
  const facts: { [name: string]: { readonly callDuringReplay: boolean } } = {};
  for (const [sink, functions] of Object.entries(sinks)) {
    for (const [fn, { callDuringReplay = false }] of Object.entries(functions)) {
      facts[`${sink}.${fn}`] = { callDuringReplay };
    }
  }
  return facts;
}
