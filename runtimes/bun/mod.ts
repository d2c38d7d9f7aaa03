import type { Platform } from "../../src/platform/platform.ts";
import { asyncLocal } from "../node-api/async-local.ts";
import { Deadlines } from "../node-api/deadlines.ts";
import { GrpcChannel } from "../node-api/grpc/channel.ts";
import { env, identity } from "../node-api/process.ts";

/** Bun. */
export const platform: Platform = {
  name: "bun",
  openGrpc: (options) => new GrpcChannel(options),
  watchDeadlines: () => new Deadlines(),
  asyncLocal,
  identity,
  env,
};
