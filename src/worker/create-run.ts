import type { Logger } from "../common/logger.ts";
import type { MetricMeter } from "../common/meter.ts";
import { loadDataConverter } from "../converter/mod.ts";
import { readBundle } from "../engine/bundle.ts";
import { WALL_VERSION } from "../engine/wall-version.ts";
import type { WorkerPlatform } from "../platform/worker-platform.ts";
import { CLIENT_VERSION } from "../transport/client-info.ts";
import type { Connection } from "../transport/connection.ts";
import { assembleRun } from "./assemble-run.ts";
import type { Clock } from "./clock.ts";
import { type CompiledWorkerOptions, compileWorkerOptions } from "./compile-options.ts";
import { readNamespace } from "./namespace-check.ts";
import { badOption } from "./option-checks.ts";
import type { WorkerOptions } from "./options.ts";
import { RpcWorkerService, type WorkerIdentity } from "./rpc-service.ts";
import type { WorkerRun } from "./worker-run.ts";
import { defaultBuildId, loadWorkflowCode } from "./workflow-code.ts";

/** The part of a connection that a worker needs. */
export type WorkerConnection = Pick<Connection, "rpc" | "ensureConnected" | "systemInfo" | "options">;

/** Everything outside of a worker. */
export interface WorkerPorts {
  readonly platform: WorkerPlatform;
  readonly identity: () => string;
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
  /** Asked at each call, so that the connection can be replaced. */
  readonly connection: () => WorkerConnection;
}

/** A worker ready to run. */
export interface CreatedRun {
  readonly run: WorkerRun;
  readonly options: CompiledWorkerOptions;
}

/** The server's and our own limit where the connection tells none. */
const DEFAULT_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Checks the options, bundles the workflows, asks the server about itself and the namespace, and puts a worker together.
 *
 * @throws ValueError for an option that is not usable
 * @throws BundleFormatError when `workflowBundle` is not one that this version made
 * @throws NamespaceNotFoundError when there is no such namespace
 */
export async function createRun(options: WorkerOptions, ports: WorkerPorts): Promise<CreatedRun> {
  const { platform, logger } = ports;
  const compiled = compileWorkerOptions(options, {
    identity: ports.identity(),
    heapLimitBytes: platform.heapLimitBytes(),
    debugVariable: ports.env("TEMPORAL_DEBUG"),
    logger,
  });
  if (
    compiled.workflowsPath === undefined &&
    compiled.workflowBundle === undefined &&
    compiled.activities.size === 0
  ) {
    throw badOption(
      "activities",
      options.activities,
      "given, or workflowsPath or workflowBundle: else there is no work",
    );
  }
  const dataConverter = await loadDataConverter(options.dataConverter);
  const { bundlerOptions } = options;
  const code = { options: compiled, bundlerOptions, dataConverter: options.dataConverter, platform, logger };
  const [bundle] = await Promise.all([loadWorkflowCode(code), ports.connection().ensureConnected()]);
  // The thread reads it again; here a wrong one is an error of `create`, with its class.
  if (bundle !== undefined) readBundle(bundle, WALL_VERSION);
  const identity = await workerIdentity(compiled, ports, bundle);
  const service = new RpcWorkerService(() => ports.connection().rpc, identity);
  const run = assembleRun({
    options: compiled,
    buildId: identity.buildId,
    stickyQueue: identity.stickyQueue,
    workerInstanceKey: identity.workerInstanceKey,
    bundle,
    service,
    connection: ports.connection(),
    namespaceFacts: await readNamespace(service, compiled.namespace),
    capabilities: capabilitiesOf(ports.connection()),
    maxMessageBytes: maxMessageBytes(ports.connection()),
    dataConverter,
    platform,
    clock: ports.clock,
    random: ports.random,
    logger,
    metricMeter: ports.metricMeter,
  });
  return { run, options: compiled };
}

async function workerIdentity(
  options: CompiledWorkerOptions,
  ports: WorkerPorts,
  bundle: string | undefined,
): Promise<WorkerIdentity> {
  const { identity, namespace, taskQueue, workerDeploymentOptions, maxTaskQueueActivitiesPerSecond } =
    options;
  const cached = bundle !== undefined && options.maxCachedWorkflows > 0;
  return {
    namespace,
    taskQueue,
    identity,
    stickyQueue: cached ? `${identity}-${crypto.randomUUID().replaceAll("-", "")}` : undefined,
    buildId:
      workerDeploymentOptions?.version.buildId ??
      options.buildId ??
      (await defaultBuildId(CLIENT_VERSION, bundle)),
    workerInstanceKey: crypto.randomUUID(),
    deployment: workerDeploymentOptions,
    buildIdBasedVersioning: capabilitiesOf(ports.connection()).buildIdBasedVersioning,
    maxTaskQueueActivitiesPerSecond,
  };
}

function capabilitiesOf(connection: WorkerConnection): {
  readonly sdkMetadata: boolean;
  readonly buildIdBasedVersioning: boolean;
} {
  const capabilities = connection.systemInfo?.capabilities;
  return {
    sdkMetadata: capabilities?.sdkMetadata ?? false,
    buildIdBasedVersioning: capabilities?.buildIdBasedVersioning ?? false,
  };
}

function maxMessageBytes(connection: WorkerConnection): number {
  const { channel } = connection.options;
  return channel.kind === "transport"
    ? DEFAULT_MESSAGE_BYTES
    : (channel.options.maxSendBytes ?? DEFAULT_MESSAGE_BYTES);
}
