import type { Platform } from "../../src/platform/platform.ts";
import { asyncLocal } from "../node-api/async-local.ts";
import { GrpcChannel } from "../node-api/grpc/channel.ts";
import { env, identity } from "../node-api/process.ts";

/**
 * Deno can die inside its HTTP/2 library when a GOAWAY reaches a connection that has carried many calls
 * (denoland/deno#36788). Temporal's frontend sends one to every connection at the age of 4.5 to 5.5 minutes, so we
 * leave earlier: at 3.3 minutes at the latest, which lets a poll of 70 seconds that began just before end in time. A
 * GOAWAY of a server that goes down comes unannounced, so no connection carries many calls either: after 10 to 52 calls
 * none of 30 runs died, after 100 at a time two of six, after 300 all.
 */
const MAX_CONNECTION_AGE_MS = 200_000;
const MAX_CONNECTION_CALLS = 50;

/** Deno. */
export const platform: Platform = {
  name: "deno",
  openGrpc: (options) =>
    new GrpcChannel(options, {
      maxConnectionAgeMs: MAX_CONNECTION_AGE_MS,
      maxConnectionCalls: MAX_CONNECTION_CALLS,
    }),
  asyncLocal,
  identity,
  env,
};
