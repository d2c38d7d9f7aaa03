import { ValueError } from "../common/errors.ts";
import {
  callback,
  checkOptions,
  flag,
  milliseconds,
  type OptionKind,
  type OptionTable,
  port,
  record,
  text,
  texts,
} from "../common/option-kinds.ts";
import { attributeKeys } from "../common/search-attribute-option-kinds.ts";
import type { SearchAttributeKey, SearchAttributeType } from "../common/search-attributes.ts";
import type { EmbeddedServerOptions } from "../server/server.ts";

/** Custom search attributes: name → type, or keys of `defineSearchAttributeKey`. */
export type KnownSearchAttributes =
  | Readonly<Record<string, SearchAttributeType>>
  | readonly SearchAttributeKey<SearchAttributeType>[];

/** As name → type, in whichever form they were given. */
export function attributeTypes(given: KnownSearchAttributes = {}): Record<string, SearchAttributeType> {
  return isKeys(given) ? Object.fromEntries(given.map(({ name, type }) => [name, type])) : { ...given };
}

function isKeys(given: KnownSearchAttributes): given is readonly SearchAttributeKey<SearchAttributeType>[] {
  return Array.isArray(given);
}

/** The embedded server of a test environment, in the same process; it needs no port and no download. */
export interface EmbeddedServerConfig
  extends Omit<EmbeddedServerOptions, "timeSkipping" | "searchAttributes"> {
  readonly type?: "embedded" | undefined;
  /** The namespace of the environment; made if need be. Default `"default"`. */
  readonly namespace?: string | undefined;
  /** Custom search attributes of the namespaces. Default: none. */
  readonly searchAttributes?: KnownSearchAttributes | undefined;
}

/** Where the program of a server is. Perdure downloads none. */
export interface EphemeralServerExecutable {
  readonly type: "existing-path";
  /** Path of the program. */
  readonly path: string;
}

/** The real dev server, `temporal server start-dev`, in a process of its own. */
export interface DevServerConfig {
  readonly type: "dev-server";
  /** Path of the Temporal CLI. Default: `temporal` on the PATH. */
  readonly existingPath?: string | undefined;
  /** The same, as the official SDK has it. */
  readonly executable?: EphemeralServerExecutable | undefined;
  /** File that keeps its state. Default: in memory. */
  readonly dbFilename?: string | undefined;
  /** Made at its start, and that of the environment. Default `"default"`. */
  readonly namespace?: string | undefined;
  /** Address to listen on. Default `"127.0.0.1"`. */
  readonly ip?: string | undefined;
  /** Port to listen on. Default: a free one. */
  readonly port?: number | undefined;
  /** Whether to serve the web UI. Default: when `uiPort` is set. */
  readonly ui?: boolean | undefined;
  /** Port of the web UI. Default: 1000 above the port. */
  readonly uiPort?: number | undefined;
  /** Default `{ format: "pretty", level: "warn" }`. */
  readonly log?: { readonly format: string; readonly level: string } | undefined;
  /** Further arguments of the command. */
  readonly extraArgs?: readonly string[] | undefined;
  /** Custom search attributes. Default: none. */
  readonly searchAttributes?: KnownSearchAttributes | undefined;
}

/** The time-skipping test server of the Java SDK, in a process of its own. */
export interface TimeSkippingServerConfig {
  readonly type: "time-skipping";
  /** Path of the program. Default: `temporal-test-server` on the PATH. */
  readonly existingPath?: string | undefined;
  /** The same, as the official SDK has it. */
  readonly executable?: EphemeralServerExecutable | undefined;
  /** Port to listen on. Default: a free one. */
  readonly port?: number | undefined;
  /** Further arguments of the program. */
  readonly extraArgs?: readonly string[] | undefined;
}

/** The servers that there are, by their `type`. */
export type AnyServerConfig = EmbeddedServerConfig | DevServerConfig | TimeSkippingServerConfig;

/** What `type` may say. */
export type ServerType = NonNullable<AnyServerConfig["type"]>;

const EMBEDDED: OptionTable<EmbeddedServerConfig> = {
  type: text,
  namespace: text,
  namespaces: texts,
  autoCreateNamespaces: flag,
  visibilityDelayMs: milliseconds,
  onDefect: callback,
  onWarning: callback,
  searchAttributes: attributeKeys,
};

const DEV_SERVER: OptionTable<DevServerConfig> = {
  type: text,
  existingPath: text,
  executable: record,
  dbFilename: text,
  namespace: text,
  ip: text,
  port,
  ui: flag,
  uiPort: port,
  log: record,
  extraArgs: texts,
  searchAttributes: attributeKeys,
};

const TIME_SKIPPING: OptionTable<TimeSkippingServerConfig> = {
  type: text,
  existingPath: text,
  executable: record,
  port,
  extraArgs: texts,
};

/** By type: the options, and what messages call the server. */
const SERVERS: Readonly<
  Record<ServerType, { readonly options: Readonly<Record<string, OptionKind>>; readonly name: string }>
> = {
  embedded: { options: EMBEDDED, name: "the embedded server" },
  "dev-server": { options: DEV_SERVER, name: "the real dev server" },
  "time-skipping": { options: TIME_SKIPPING, name: "the Java test server" },
};

/**
 * Checks the options of an environment's server.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 */
export function checkServerConfig(
  where: string,
  config: AnyServerConfig,
  allowed: readonly ServerType[],
): void {
  checkOptions(where, config, { ...EMBEDDED, ...DEV_SERVER, ...TIME_SKIPPING, type: oneOf(allowed) });
  const { type = "embedded" } = config;
  const { options, name } = SERVERS[type];
  const other = Object.keys(config).find((option) => !Object.hasOwn(options, option));
  if (other === undefined) {
    checkExecutable(where, config);
    return;
  }
  if (type !== "embedded") {
    const owner = Object.hasOwn(EMBEDDED, other) ? SERVERS.embedded : SERVERS["dev-server"];
    throw new ValueError(`${where}${other} is an option of ${owner.name}; ${name} has none such`);
  }
  const owner = allowed.find((one) => Object.hasOwn(SERVERS[one].options, other));
  const ownerName = SERVERS[owner ?? "dev-server"].name;
  const instead = owner === undefined ? "leave" : `say type: "${owner}", or leave`;
  throw new ValueError(
    `${where}${other} is an option of ${ownerName}; ${instead} it out: the embedded server runs in this process`,
  );
}

function checkExecutable(where: string, config: AnyServerConfig): void {
  if (!("executable" in config) || config.executable === undefined) return;
  const { executable, existingPath } = config;
  if (existingPath !== undefined) {
    throw new ValueError(`${where}executable and existingPath say the same; give one of the two`);
  }
  checkOptions(`${where}executable.`, executable, {
    type: {
      allowed: '"existing-path": Perdure downloads nothing',
      is: (value: unknown) => value === "existing-path",
    },
    path: text,
  });
}

function oneOf(values: readonly string[]): OptionKind {
  return {
    allowed: values.map((value) => JSON.stringify(value)).join(" or "),
    is: (value) => values.includes(String(value)),
  };
}
