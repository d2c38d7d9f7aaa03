import type { Fault } from "../transport/fault.ts";
import { callers } from "./cases/callers.ts";
import { connect } from "./cases/connect.ts";
import { crowds } from "./cases/crowds.ts";
import { hostile } from "./cases/hostile.ts";
import { hosts } from "./cases/hosts.ts";
import { policy } from "./cases/policy.ts";
import { polls } from "./cases/polls.ts";
import { secure } from "./cases/secure.ts";
import { upstreams } from "./cases/upstreams.ts";

/** All that the gateway must do on every runtime, by group. */
export const cases: Readonly<Record<string, readonly Fault[]>> = {
  "a server behind": upstreams,
  callers,
  policy,
  "long polls": polls,
  "Connect transports": connect,
  "more connections than there may be": crowds,
  hosts,
  hostile,
  TLS: secure,
};
