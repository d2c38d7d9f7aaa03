import type { ServerPlatform } from "../../src/platform/server-platform.ts";
import { listen } from "../node-api/server/listener.ts";

/** Serving on Deno: sockets of `node:net`, handed to `node:http2` and `node:http`. */
export const serverPlatform: ServerPlatform = { name: "deno", listen };
