import type { Fault } from "../../transport/fault.ts";
import { calls } from "./cases/calls.ts";
import { endings } from "./cases/endings.ts";
import { floods } from "./cases/floods.ts";
import { hostile } from "./cases/hostile.ts";
import { load } from "./cases/load.ts";
import { secure } from "./cases/secure.ts";
import { streams } from "./cases/streams.ts";
import { web } from "./cases/web.ts";
import { wire } from "./cases/wire.ts";

/** All that the listeners must do, by group. */
export const cases: Readonly<Record<string, readonly Fault[]>> = {
  wire,
  calls,
  endings,
  secure,
  web,
  hostile,
  floods,
  load,
  streams,
};
