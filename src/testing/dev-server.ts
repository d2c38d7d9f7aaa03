// Invariants
// 1. A process that was started is either given to the caller, who stops it, or stopped here.
import { testingPlatform } from "#platform/testing";
import { TypedSearchAttributes } from "../common/search-attributes.ts";
import type { ServerProcess } from "../platform/testing-platform.ts";
import { Connection } from "../transport/connection.ts";
import { attributeTypes, type DevServerConfig, type TimeSkippingServerConfig } from "./server-config.ts";

/** How long a dev server has to answer its first call. */
const START_TIMEOUT_MS = 60_000;

/** A server that runs in a process of its own, with a connection to it. */
export interface DevServer {
  readonly address: string;
  readonly connection: Connection;
  readonly process: ServerProcess;
}

/** A server's program could not be started. The message has the end of what it printed. */
export class DevServerError extends Error {
  readonly code = "DEV_SERVER" as const;
  override readonly name = "DevServerError";
}

/** Which server of another make. */
export type ProcessServerConfig = DevServerConfig | TimeSkippingServerConfig;

/** What there is to know of a kind of server before it is started. */
interface ServerProgram {
  readonly name: string;
  readonly command: string;
  readonly ip: string;
  readonly args: (port: number) => string[];
}

/**
 * Starts the real dev server, or the Java SDK's test server, and connects to it.
 *
 * @throws {DevServerError} when it does not start
 */
export async function startDevServer(config: ProcessServerConfig): Promise<DevServer> {
  const { name, command, ip, args } = programOf(config);
  const port = config.port ?? (await testingPlatform.freePort(ip));
  const child = testingPlatform.startServer(command, args(port));
  const address = ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
  const connecting = Connection.connect({ address, connectTimeout: START_TIMEOUT_MS });
  const died = child.ended.then((why) => {
    throw new DevServerError(`The ${name} did not start: ${why}`);
  });
  try {
    // Whichever comes second has nobody who waits for it.
    died.catch(() => {});
    const connection = await Promise.race([connecting, died]);
    return { address, connection, process: child };
  } catch (error) {
    connecting.then(
      (late) => late.close(),
      () => {},
    );
    await child.stop();
    throw error instanceof DevServerError
      ? error
      : new DevServerError(`The ${name} did not answer at ${address}`, { cause: error });
  }
}

function programOf(config: ProcessServerConfig): ServerProgram {
  const path = config.existingPath ?? config.executable?.path;
  if (config.type === "time-skipping") {
    const args = (port: number): string[] => [String(port), ...(config.extraArgs ?? [])];
    return { name: "test server", command: path ?? "temporal-test-server", ip: "127.0.0.1", args };
  }
  const { ip = "127.0.0.1" } = config;
  const args = (port: number): string[] => commandLine(config, ip, port);
  return { name: "dev server", command: path ?? "temporal", ip, args };
}

/** The arguments of `temporal` that a configuration stands for. */
export function commandLine(config: DevServerConfig, ip: string, port: number): string[] {
  const { dbFilename, namespace, uiPort, ui = uiPort !== undefined, log, searchAttributes } = config;
  const args = ["server", "start-dev", "--ip", ip, "--port", String(port)];
  args.push("--log-format", log?.format ?? "pretty", "--log-level", log?.level ?? "warn");
  if (!ui) args.push("--headless");
  if (ui && uiPort !== undefined) args.push("--ui-port", String(uiPort));
  if (dbFilename !== undefined) args.push("--db-filename", dbFilename);
  if (namespace !== undefined) args.push("--namespace", namespace);
  for (const [name, type] of Object.entries(attributeTypes(searchAttributes))) {
    args.push("--search-attribute", `${name}=${TypedSearchAttributes.toMetadataType(type)}`);
  }
  return [...args, ...(config.extraArgs ?? [])];
}
