/** The embedded Temporal server: in memory, in this process, with or without time skipping. */
export { EmbeddedServer, type EmbeddedServerOptions } from "./server.ts";
