/** The embedded Temporal server: in memory, in this process, with or without time skipping, with or without a port. */

export type { Listener, ListenOptions, ServerTlsOptions } from "../platform/server-platform.ts";
export type { SizeWarning } from "./execution/size-warnings.ts";
export type { StruckCall } from "./faults/call-faults.ts";
export type { Fault } from "./faults/fault-list.ts";
export type {
  ChosenWorkflow,
  FailedCalls,
  StrayTasks,
} from "./faults/fault-options.ts";
export type { Outage, ServerFaults } from "./faults/server-faults.ts";
export { EmbeddedServer, type EmbeddedServerOptions } from "./server.ts";
