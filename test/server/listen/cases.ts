import type { Fault } from "../../transport/fault.ts";
import { calls } from "./cases/calls.ts";
import { endings } from "./cases/endings.ts";
import { hostile } from "./cases/hostile.ts";
import { secure } from "./cases/secure.ts";
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
};
