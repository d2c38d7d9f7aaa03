import { Buffer } from "node:buffer";
import { parentPort } from "node:worker_threads";
import { setBase64Host } from "../../src/codec-runtime/base64.ts";
import { startEngine } from "../../src/engine/thread-main.ts";
import { vmPlatform } from "../node-api/sandbox-vm.ts";
import { enginePort } from "../node-api/worker-threads.ts";

// Entry file of a workflow thread on Node.

// Histories in JSON; Node has no `Uint8Array.fromBase64` before 25.
setBase64Host((text) => {
  const { buffer, byteOffset, length } = Buffer.from(text, "base64");
  return new Uint8Array(buffer, byteOffset, length);
});

startEngine(enginePort(parentPort!), vmPlatform({ alwaysTimed: false }), { ownRealm: true });
