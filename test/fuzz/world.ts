import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { DefaultLogger, Runtime, Worker, type WorkerOptions } from "perdure/worker";
import { NexusHandlers } from "../conformance/nexus-handlers.ts";
import { buildIfStale } from "../harness/build.ts";
import { startRealServer } from "../harness/real-server.ts";
import type { Recorded } from "../replay/recorded.ts";
import { bundleOf, WorkflowCode } from "../replay/workflow-code.ts";
import * as activities from "./activities.ts";
import { type CheckOptions, differenceIn, failedTask } from "./check.ts";
import { OfficialPeer } from "./official-peer.ts";
import type { Program } from "./program.ts";
import type { PerdureSettings } from "./task-queues.ts";
import { isToldEarly } from "./told-early.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Who runs a program. On the queue of both, each task goes to either of them: neither keeps runs in its cache. */
export type Runner = "official" | "perdure" | "both";

/** What of a program says how its histories are to be checked. */
export type Checked = Pick<Program, "localsInTurn" | "interventions">;

/** A real server, Perdure in this process and the official SDK in another one, all with the same workflow code. */
export interface World {
  readonly client: Client;
  readonly peer: OfficialPeer;
  /** A worker of Perdure with the fuzzer's code. */
  worker(options: PerdureSettings): Promise<Worker>;
  /**
   * What is wrong with a history, seen by Perdure and, if local activities came one after the other, by the official SDK; undefined
   * when nothing is.
   */
  difference(runner: Runner, history: Recorded, program: Checked): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Starts all of it. */
export async function createWorld(): Promise<World> {
  if (!existsSync(`${root}test/interop/node_modules/@temporalio/worker`))
    throw new Error("the official SDK is not installed: npm ci --prefix test/interop");
  if (!buildIfStale()) throw new Error("the build failed");
  Runtime.install({ logger: new DefaultLogger("ERROR", () => undefined) });
  const server = await startRealServer();
  const peer = await OfficialPeer.start(server.address);
  const handlers = new NexusHandlers(server.address);
  await handlers.start();
  const connection = await Connection.connect({ address: server.address });
  const bundle = await bundleOf("../../fuzz/workflow.ts");
  const code = new WorkflowCode(bundle);
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { readonly version: string };
  const sdk = { sdkName: "perdure", sdkVersion: version };
  const checks = ({ localsInTurn, interventions }: Checked): Readonly<Record<Runner, CheckOptions>> => {
    const queried = interventions.some(({ what }) => what === "query");
    return {
      official: { mixed: false, tellsActivations: localsInTurn, queried },
      perdure: { sdk, mixed: false, tellsActivations: true, queried: false },
      both: { mixed: true, tellsActivations: true, queried },
    };
  };
  const shared: Partial<WorkerOptions> = { connection, workflowBundle: { code: bundle }, activities };
  return {
    client: new Client({ connection }),
    peer,
    worker: async (options) => await Worker.create({ ...shared, ...options }),
    async difference(runner, history, program) {
      const here = failedTask(history) ?? (await differenceIn(code, history, checks(program)[runner]));
      // What it recorded it can replay.
      if (here !== undefined || runner === "official" || !program.localsInTurn) return here;
      const there = await peer.replay(history);
      return there === undefined || isToldEarly(history, there) ? undefined : `the official SDK: ${there}`;
    },
    async close() {
      await connection.close();
      await peer.stop();
      await handlers.stop();
      await server.stop();
    },
  };
}
