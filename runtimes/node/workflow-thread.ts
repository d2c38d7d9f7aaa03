import { parentPort } from "node:worker_threads";
import { startEngine } from "../../src/engine/thread-main.ts";
import { vmPlatform } from "../node-api/sandbox-vm.ts";
import { enginePort } from "../node-api/worker-threads.ts";

// Entry file of a workflow thread on Node.
startEngine(enginePort(parentPort!), vmPlatform({ alwaysTimed: false }), { ownRealm: true });
