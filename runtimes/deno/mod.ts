import type { Platform } from "../../src/platform/platform.ts";
import { asyncLocal } from "../node-api/async-local.ts";
import { Deadlines } from "../node-api/deadlines.ts";
import { GrpcChannel } from "../node-api/grpc/channel.ts";
import { env, identity } from "../node-api/process.ts";
import { isGranted } from "./permissions.ts";

/** Deno. Without the permission to know the host, the identity is `<pid>@deno`; variables that may not be read are not set. */
export const platform: Platform = {
  name: "deno",
  openGrpc: (options) => new GrpcChannel(options),
  watchDeadlines: () => new Deadlines(),
  asyncLocal,
  identity: () => (isGranted({ name: "sys", kind: "hostname" }) ? identity() : `${process.pid}@deno`),
  env: (name) => (isGranted({ name: "env", variable: name }) ? env(name) : undefined),
};
