import type { Fault } from "./fault.ts";
import { answers } from "./faults/answers.ts";
import { connections } from "./faults/connections.ts";
import { overFetch } from "./faults/over-fetch.ts";
import { secure } from "./faults/secure.ts";
import { timing } from "./faults/timing.ts";

/** Everything that can go wrong between us and a server, by group. */
export const faults: Readonly<Record<string, readonly Fault[]>> = {
  answers,
  timing,
  connections,
  secure,
  "over fetch": overFetch,
};
