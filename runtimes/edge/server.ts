import type { ServerPlatform } from "../../src/platform/server-platform.ts";
import { notHere } from "./not-here.ts";

/** An embedded server serves its own process only: there are no ports to listen on. */
export const serverPlatform: ServerPlatform = {
  name: "edge",
  listen: async () => {
    throw notHere(
      "listening on a port",
      "connect to the server in process, by `Connection.connect({ transport: server })`",
    );
  },
};
