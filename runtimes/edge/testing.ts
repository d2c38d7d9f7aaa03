import type { TestingPlatform } from "../../src/platform/testing-platform.ts";
import { notHere } from "./not-here.ts";

/** Test environments on the embedded server, with a client; no workers and no other servers. */
export const testingPlatform: TestingPlatform = {
  assertionInterceptors: () => {
    throw notHere("a workflow thread", "run workers on Node, Bun or Deno");
  },
  freePort: async () => {
    throw notHere("listening on a port", "use the embedded server");
  },
  startServer: () => {
    throw notHere("starting a program", "use the embedded server");
  },
};
