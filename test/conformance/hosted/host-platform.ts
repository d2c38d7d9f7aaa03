import type { Platform } from "../../../src/platform/platform.ts";

/** The platform of clients in workerd and Chromium: no sockets, and nothing that follows asynchronous calls. */
export const platform: Platform = {
  name: "edge" as never,
  openGrpc: () => {
    throw new Error("there are no sockets here");
  },
  asyncLocal: () => ({
    get: () => undefined,
    run: () => {
      throw new Error("nothing follows asynchronous calls here");
    },
  }),
  identity: () => "hosted-client",
  env: () => undefined,
};
