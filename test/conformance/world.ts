/** Perdure's side of the scenarios: connects once, bundles once, and gives each scenario a context with its own task queue. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { createGateway } from "perdure/gateway";
import { EmbeddedServer } from "perdure/server";
import { bundleWorkflowCode, Worker, type WorkerOptions } from "perdure/worker";
import * as activities from "./activities.ts";
import { caseActivities } from "./case-activities.ts";
import type { CaseWorld, Door as EdgeDoor } from "./cases/case.ts";
import type { ClientProtocol } from "./columns.ts";
import { type HistoryJson, historyDifferences } from "./compare-histories.ts";
import { NexusHandlers } from "./nexus-handlers.ts";
import { installObservedRuntime } from "./observed.ts";
import { recordedHistory } from "./recorded.ts";
import type { ScenarioWorker } from "./scenario.ts";
import type { WorkerSide } from "./scenario-course.ts";
import { startWorkerProcess } from "./worker-processes.ts";

/**
 * Subjects whose values come from the run's own seed, ids or clock, or from the order of a map that the server does not keep (search
 * attributes), so that only the structure can be equal. That the values are right is tested by replaying the recorded histories.
 */
const OWN_VALUES: ReadonlySet<string> = new Set([
  "child-ids-and-randomness",
  "continue-as-new-3",
  "memo-and-search-attributes",
  "random",
  "reset",
  "time",
  "upsert-memo",
  "workflow-info",
  "workflow-info-timeouts",
]);

/** In place of an address: the scenarios run on an embedded server of their own process. */
const EMBEDDED = "embedded";

/** Those that the real server is started with: `SEARCH_ATTRIBUTES` of the harness. */
const EMBEDDED_ATTRIBUTES = {
  CustomKeyword: "KEYWORD",
  OrderId: "KEYWORD",
  Amount: "INT",
  Total: "DOUBLE",
  Urgent: "BOOL",
  DueAt: "DATETIME",
  Tags: "KEYWORD_LIST",
  Title: "TEXT",
} as const;

export interface World {
  readonly address: string;
  /** Where the client's protocol is spoken. */
  readonly clientAddress: string;
  readonly connection: Connection;
  readonly client: Client;
  /** The protocols for edge clients. */
  readonly doors: readonly EdgeDoor[];
  readonly bundles: Readonly<Record<string, { code: string }>>;
  /** The worker that answers Nexus operations. */
  readonly nexusHandlers: NexusHandlers;
  readonly workers: WorkerSide;
  /** A world of its own for a case. */
  caseWorld(name: string, taskQueue?: string): CaseWorld;
  close(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Connects to the server at an address, or to an embedded one, and makes the workflow bundles. */
export async function createWorld(wanted: string): Promise<World> {
  installObservedRuntime();
  const embedded =
    wanted === EMBEDDED ? new EmbeddedServer({ searchAttributes: EMBEDDED_ATTRIBUTES }) : undefined;
  // In process for this world's own calls; by a port for what runs in processes of its own.
  const address = embedded ? (await embedded.listen({ corsOrigins: ["*"] })).address : wanted;
  const connection = await Connection.connect(embedded ? { transport: embedded } : { address });
  const door = await openDoor(address, embedded !== undefined);
  const clientConnection = protocol === "grpc" ? connection : await connectBy(door.address);
  const client = new Client({ connection: clientConnection });
  const bundles = {
    all: await bundleWorkflowCode({ workflowsPath: here("workflows/mod.ts") }),
    broken: await bundleWorkflowCode({ workflowsPath: here("workflows/broken/tasks.ts") }),
    empty: await bundleWorkflowCode({ workflowsPath: here("workflows/results.ts") }),
    configured: await bundleWorkflowCode({
      workflowsPath: here("workflows/configured/mod.ts"),
      workflowInterceptorModules: [here("workflows/configured/interceptors.ts")],
    }),
  };
  const caseBundles = {
    cases: await bundleWorkflowCode({ workflowsPath: here("case-workflows/mod.ts") }),
    before: await bundleWorkflowCode({ workflowsPath: here("case-workflows/changed/before.ts") }),
    after: await bundleWorkflowCode({ workflowsPath: here("case-workflows/changed/after.ts") }),
  };
  const doors = embedded ? doorsOf(address) : [{ protocol: "http-json" as const, address: httpPort() }];
  const world = { address, connection, client, doors, bundles };
  const nexusHandlers = new NexusHandlers(address);
  return {
    ...world,
    clientAddress: door.address,
    workers: {
      startWorker: async (taskQueue, options) => await startWorker(world, taskQueue, options),
      startWorkerProcess: async (taskQueue) =>
        await startWorkerProcess({ address, taskQueue, workflows: "workflows" }),
      compare,
    },
    caseWorld: (name, taskQueue) => caseWorldOf(world, caseBundles, { name, taskQueue }),
    nexusHandlers,
    async close() {
      await nexusHandlers.stop();
      if (clientConnection !== connection) await clientConnection.close();
      await connection.close();
      await door.close();
      await embedded?.close();
    },
  };
}

/** What the client speaks; the worker speaks gRPC, or is in the server's process. */
const protocol = (process.env["CLIENT_PROTOCOL"] ?? "grpc") as ClientProtocol;

interface Door {
  readonly address: string;
  close(): Promise<void>;
}

/** Where the client's protocol is spoken. A web page needs the leave of the server, which Temporal's HTTP port does not give. */
async function openDoor(address: string, embedded: boolean): Promise<Door> {
  if (protocol !== "http-json" || embedded) return { address, close: async () => {} };
  if (process.env["CLIENT_HOST"] === "chromium") {
    const gateway = createGateway({ upstream: address, corsOrigins: ["*"] });
    return { address: (await gateway.listen()).address, close: async () => await gateway.close() };
  }
  return { address: httpPort(), close: async () => {} };
}

/** The embedded server speaks every protocol at one port. */
function doorsOf(address: string): readonly EdgeDoor[] {
  return (["grpc-web", "connect", "http-json"] as const).map((each) => ({ protocol: each, address }));
}

function httpPort(): string {
  const address = process.env["TEMPORAL_HTTP_ADDRESS"];
  if (address !== undefined) return address;
  throw new Error("TEMPORAL_HTTP_ADDRESS is not set: where is the server's HTTP port?");
}

async function connectBy(address: string): Promise<Connection> {
  return protocol === "connect-json"
    ? await Connection.connect({ address, protocol: "connect", useBinaryFormat: false })
    : await Connection.connect({ address, protocol });
}

type Shared = Pick<World, "address" | "connection" | "client" | "bundles" | "doors">;

function caseWorldOf(
  world: Shared,
  bundles: CaseWorld["bundles"],
  of: { readonly name: string; readonly taskQueue: string | undefined },
): CaseWorld {
  const { address, connection, client, doors } = world;
  const unique = `${of.name.replace(/[^a-z0-9]+/gi, "-").slice(0, 40)}-${Math.random().toString(36).slice(2, 10)}`;
  const taskQueue = of.taskQueue ?? `tq-${unique}`;
  let ids = 0;
  return {
    address,
    connection,
    client,
    doors,
    taskQueue,
    bundles,
    id: () => `wf-${unique}-${ids++}`,
    async withWorker(use, options = {}) {
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: bundles.cases,
        activities: caseActivities,
        replayOnEveryTask,
        shutdownForceTime: "10 seconds",
        ...options,
      });
      return await worker.runUntil(async () => await use(worker));
    },
  };
}

/** `REPLAY_ON_EVERY_TASK=1`: everything must pass with that option too. */
const replayOnEveryTask = process.env["REPLAY_ON_EVERY_TASK"] === "1";

async function startWorker(
  world: Shared,
  taskQueue: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ScenarioWorker> {
  const {
    bundle = "all",
    only,
    ...rest
  } = options as { bundle?: string; only?: "activities" | "workflows" } & Partial<WorkerOptions>;
  const workflowBundle = world.bundles[bundle];
  const worker = await Worker.create({
    connection: world.connection,
    taskQueue,
    ...(only === "activities" || !workflowBundle ? {} : { workflowBundle }),
    ...(only === "workflows" ? {} : { activities }),
    maxCachedWorkflows: 20,
    replayOnEveryTask,
    workflowThreadPoolSize: 1,
    // Heartbeats time out after 500 ms in the recorded histories: sent every 400 ms, one would be late on a busy machine.
    maxHeartbeatThrottleInterval: 100,
    shutdownGraceTime: 200,
    shutdownForceTime: 5_000,
    ...rest,
  });
  let failure: unknown;
  const running = worker.run().catch((error: unknown) => {
    failure = error;
  });
  return {
    async stop() {
      if (worker.getState() === "RUNNING") worker.shutdown();
      await running;
      if (failure) throw failure;
    },
  };
}

/** `SAVE_HISTORIES=<folder>`: where histories are kept, for other runtimes and the official SDK to replay. */
const saveFolder = process.env["SAVE_HISTORIES"];

function keep(subject: string, history: HistoryJson): void {
  if (!saveFolder) return;
  mkdirSync(saveFolder, { recursive: true });
  writeFileSync(join(saveFolder, `${subject}.json`), JSON.stringify(history));
}

async function compare(subject: string, actual: HistoryJson): Promise<void> {
  keep(subject, actual);
  const differences = historyDifferences(recordedHistory(subject), actual, !OWN_VALUES.has(subject));
  if (differences.length > 0)
    throw new Error(`history differs from the official SDK's "${subject}":\n  ${differences.join("\n  ")}`);
}
