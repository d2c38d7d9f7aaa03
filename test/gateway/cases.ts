import type { Fault } from "../transport/fault.ts";
import { secure } from "./cases/secure.ts";

/** All that the gateway must do on every runtime, by group. */
export const cases: Readonly<Record<string, readonly Fault[]>> = { secure };
