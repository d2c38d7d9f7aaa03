import type { Platform } from "../../src/platform/platform.ts";
import { asyncLocal } from "../node-api/async-local.ts";
import { GrpcChannel } from "../node-api/grpc/channel.ts";
import { env, identity } from "../node-api/process.ts";

/** Node. */
export const platform: Platform = {
  name: "node",
  openGrpc: (options) => new GrpcChannel(options),
  asyncLocal,
  identity,
  env,
};
