/** What `#platform/server` gives; see `selected.ts`. */
import type { ServerPlatform } from "./server-platform.ts";

/** The server port of the runtime that this program runs on. */
export declare const serverPlatform: ServerPlatform;
