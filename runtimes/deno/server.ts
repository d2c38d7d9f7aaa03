import type { ServerPlatform } from "../../src/platform/server-platform.ts";
import { listen } from "../node-api/server/listener.ts";

/** Serving on Deno: sockets of `node:net`, handed to `node:http2` and `node:http`. */
export const serverPlatform: ServerPlatform = {
  name: "deno",
  // Its HTTP/1.1 closes a connection that it was handed after one request, without a word to the client.
  listen: (port, options) => listen(port, options, { reusesHttp1: false }),
};
