import type { ServerPlatform } from "../../src/platform/server-platform.ts";
import { listen } from "../node-api/server/listener.ts";

/** Serving on Node: sockets of `node:net`, handed to `node:http2` and `node:http`. */
export const serverPlatform: ServerPlatform = { name: "node", listen };
