import type { ClientOptions } from "../client/client.ts";
import { ValueError } from "../common/errors.ts";
import { checkOptions, record, text } from "../common/option-kinds.ts";
import { isRecord } from "../common/type-guards.ts";
import type { ConnectionOptions } from "../transport/connection-options.ts";
import {
  type AnyServerConfig,
  checkServerConfig,
  type DevServerConfig,
  type EmbeddedServerConfig,
  type ServerType,
  type TimeSkippingServerConfig,
} from "./server-config.ts";

/** Options of the environment's client: its own, but for connection and namespace, which are the environment's. */
export type ClientOptionsForTestEnv = Omit<ClientOptions, "connection" | "namespace">;

/** Options of {@link TestWorkflowEnvironment.createTimeSkipping}. */
export interface TimeSkippingTestWorkflowEnvironmentOptions {
  /** Default: the embedded server. `type: "time-skipping"` runs the Java SDK's test server. */
  readonly server?: EmbeddedServerConfig | TimeSkippingServerConfig | undefined;
  readonly client?: ClientOptionsForTestEnv | undefined;
}

/** Options of {@link TestWorkflowEnvironment.createLocal}. */
export interface LocalTestWorkflowEnvironmentOptions {
  /** Default: the embedded server. `type: "dev-server"` runs the real one. */
  readonly server?: EmbeddedServerConfig | DevServerConfig | undefined;
  readonly client?: ClientOptionsForTestEnv | undefined;
}

/** How to connect to an existing server. */
export type ExistingServerConnectionOptions = Pick<ConnectionOptions, "apiKey" | "metadata" | "tls">;

/** Options of {@link TestWorkflowEnvironment.createFromExistingServer}. */
export interface ExistingServerTestWorkflowEnvironmentOptions {
  /** `host:port`. Default `"localhost:7233"`. */
  readonly address?: string | undefined;
  /** Default `"default"`. */
  readonly namespace?: string | undefined;
  readonly connectionOptions?: ExistingServerConnectionOptions | undefined;
  readonly client?: ClientOptionsForTestEnv | undefined;
}

/** @throws {ValueError} naming the option, its value and what is allowed */
export function checkTimeSkippingOptions(options: TimeSkippingTestWorkflowEnvironmentOptions): void {
  checkParts("createTimeSkipping: ", options, ["embedded", "time-skipping"]);
}

/** @throws {ValueError} naming the option, its value and what is allowed */
export function checkLocalOptions(options: LocalTestWorkflowEnvironmentOptions): void {
  checkParts("createLocal: ", options, ["embedded", "dev-server"]);
}

/** @throws {ValueError} naming the option, its value and what is allowed */
export function checkExistingServerOptions(options: ExistingServerTestWorkflowEnvironmentOptions): void {
  const where = "createFromExistingServer: ";
  checkPlugins(where, options);
  checkOptions<ExistingServerTestWorkflowEnvironmentOptions>(where, options, {
    address: text,
    namespace: text,
    connectionOptions: record,
    client: record,
  });
  // What they hold is checked by the connection.
  const any = { allowed: "", is: () => true };
  checkOptions<ExistingServerConnectionOptions>(
    `${where}connectionOptions.`,
    options.connectionOptions ?? {},
    {
      apiKey: any,
      metadata: any,
      tls: any,
    },
  );
  checkClient(where, options.client);
}

/** What any environment on a server of its own may be given. */
interface EnvironmentParts {
  readonly server?: AnyServerConfig | undefined;
  readonly client?: ClientOptionsForTestEnv | undefined;
}

function checkParts(where: string, options: EnvironmentParts, types: readonly ServerType[]): void {
  checkPlugins(where, options);
  checkOptions<EnvironmentParts>(where, options, { server: record, client: record });
  checkServerConfig(`${where}server.`, options.server ?? {}, types);
  checkClient(where, options.client);
}

/** The official SDK's environments have them. */
function checkPlugins(where: string, options: unknown): void {
  if (!isRecord(options) || options["plugins"] === undefined) return;
  throw new ValueError(`${where}plugins: Perdure has no plugins yet; give interceptors to client and worker`);
}

/** The rest is checked by the client. */
function checkClient(where: string, client: ClientOptionsForTestEnv = {}): void {
  const own = ["connection", "namespace"].find((name) => Object.hasOwn(client, name));
  if (own === undefined) return;
  throw new ValueError(`${where}client.${own} is the environment's own; leave it out`);
}
