import {
  type SearchAttributeType,
  SearchAttributeType as SearchAttributeTypes,
} from "../common/search-attributes.ts";
import { EmbeddedServer, type EmbeddedServerOptions, type Listener } from "../server/mod.ts";
import { type Command, ExitCode, isOn, textOf, textsOf, UsageError } from "./command.ts";
import type { CliHost, OptionTable, ParsedArgs } from "./host.ts";

const DEFAULT_PORT = 7233;
const LOG_LEVELS: readonly string[] = ["debug", "info", "warn", "error", "never"];

/** Options of `temporal server start-dev` that change nothing here, and with which it starts all the same. */
const IGNORED: OptionTable = {
  headless: { type: "boolean", help: "Accepted: there is no web UI here." },
  "dynamic-config-value": {
    type: "string",
    value: "key=value",
    multiple: true,
    help: "Accepted, and without effect here: SDKs give some to the server that they start.",
  },
  "log-format": { type: "string", value: "format", help: "Accepted, and without effect here." },
  "log-config": { type: "boolean", help: "Accepted, and without effect here." },
  "sqlite-pragma": { type: "string", value: "pragma=value", multiple: true, help: "As --log-config." },
  "metrics-port": {
    type: "string",
    value: "number",
    help: "Accepted with a note: there are no metrics here.",
  },
  "ui-port": { type: "string", value: "number", help: "Accepted with a note: there is no web UI here." },
  "ui-ip": { type: "string", value: "address", help: "As --ui-port." },
  "ui-asset-path": { type: "string", value: "path", help: "As --ui-port." },
  "ui-codec-endpoint": { type: "string", value: "url", help: "As --ui-port." },
  "ui-public-path": { type: "string", value: "path", help: "As --ui-port." },
  "ui-disable-news-fetch": { type: "boolean", help: "As --ui-port." },
};

/** `perdure dev`: a Temporal server for development, in memory. */
export const devCommand: Command = {
  name: "dev",
  summary: "Runs a Temporal server for development, in memory.",
  usage: ["perdure dev [--port 7233] [--http-port N] [--namespace NAME]... [--time-skipping]"],
  options: {
    port: {
      type: "string",
      short: "p",
      value: "number",
      help: `Port for all protocols. Default ${DEFAULT_PORT}.`,
    },
    "http-port": {
      type: "string",
      value: "number",
      help: "A second port, for the HTTP API. Default: the same.",
    },
    ip: { type: "string", value: "address", help: "Address to listen on. Default localhost." },
    namespace: {
      type: "string",
      short: "n",
      value: "name",
      multiple: true,
      help: "Makes a namespace besides `default`. May be repeated.",
    },
    "search-attribute": {
      type: "string",
      value: "name=type",
      multiple: true,
      help: "Makes a search attribute: Text, Keyword, Int, Double, Bool, Datetime or KeywordList. May be repeated.",
    },
    "time-skipping": {
      type: "boolean",
      help: "Lets time skip, for the test environments of SDKs.",
    },
    "log-level": { type: "string", value: "level", help: `${LOG_LEVELS.join(", ")}. Default warn.` },
    "db-filename": {
      type: "string",
      short: "f",
      value: "file",
      help: "Refused: what this server holds is in memory only.",
    },
    ...IGNORED,
  },
  run: async (args, host) => {
    if (textOf(args, "db-filename") !== undefined) {
      throw new UsageError(
        "--db-filename: this server keeps nothing on disk; use `temporal server start-dev` for that",
      );
    }
    // Asked once before anything is opened, so that a wrong level is told at once.
    const tellsStop = logs(args, "info");
    const server = new EmbeddedServer(serverOptions(args, host));
    if (logs(args, "warn")) host.err(ignoredNote(args));
    const stopped = host.untilAskedToStop();
    const listener = await open(server, args);
    host.out(description(listener, args));
    const signal = await stopped;
    if (tellsStop) host.err(`perdure dev: ${signal}, stopping\n`);
    await server.close();
    return ExitCode.ok;
  },
};

function serverOptions(args: ParsedArgs, host: CliHost): EmbeddedServerOptions {
  return {
    namespaces: textsOf(args, "namespace"),
    searchAttributes: Object.fromEntries(textsOf(args, "search-attribute").map(searchAttribute)),
    timeSkipping: isOn(args, "time-skipping"),
    onWarning: ({ message, ...facts }) => {
      if (logs(args, "warn")) host.err(`perdure dev: ${message} ${JSON.stringify(facts)}\n`);
    },
    onDefect: (what, error) => {
      if (logs(args, "error"))
        host.err(`perdure dev: ${what}: ${error instanceof Error ? error.stack : error}\n`);
    },
  };
}

async function open(server: EmbeddedServer, args: ParsedArgs): Promise<Listener> {
  const port = portOf(args, "port") ?? DEFAULT_PORT;
  const second = portOf(args, "http-port");
  const httpPort = second === port && port !== 0 ? undefined : second;
  const host = textOf(args, "ip");
  try {
    return await server.listen({ port, httpPort, ...(host === undefined ? {} : { host }) });
  } catch (error) {
    await server.close();
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const ports = httpPort === undefined ? `port ${port}` : `port ${port} or ${httpPort}`;
    if (code === "EADDRINUSE") {
      throw new UsageError(`${ports} is taken: another server runs there; choose one with --port`, {
        cause: error,
      });
    }
    const reason = CANNOT_LISTEN[code];
    if (reason === undefined) throw error;
    throw new UsageError(`cannot listen on ${host ?? "localhost"}, ${ports}: ${reason}`, { cause: error });
  }
}

/** By code of the system. */
const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EACCES: "this user may not listen there",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no such address",
};

function description({ address, httpAddress }: Listener, args: ParsedArgs): string {
  const namespaces = ["default", ...textsOf(args, "namespace").filter((name) => name !== "default")];
  const rows = [
    ["Temporal server:", `${address} (gRPC, gRPC-Web, Connect, HTTP API; in memory)`],
    ...(httpAddress === undefined ? [] : [["HTTP API:", httpAddress]]),
    ["Namespaces:", namespaces.join(", ")],
    ["Time:", isOn(args, "time-skipping") ? "skips when unlocked" : "real"],
  ];
  return `${rows.map(([name = "", value]) => `${name.padEnd(17)}${value}`).join("\n")}\nCtrl-C stops it.\n`;
}

/** What of the arguments somebody may wait for in vain. */
function ignoredNote({ values }: ParsedArgs): string {
  const given = Object.keys(IGNORED).filter((name) => values[name] !== undefined);
  const missing = [
    ["web UI", given.filter((name) => name.startsWith("ui-"))],
    ["metrics endpoint", given.filter((name) => name.startsWith("metrics-"))],
  ] as const;
  return missing
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => {
      const options = names.map((name) => `--${name}`).join(", ");
      return `perdure dev: there is no ${what} here: ${options} without effect\n`;
    })
    .join("");
}

function searchAttribute(text: string): [string, SearchAttributeType] {
  const [name = "", type = ""] = text.split("=");
  const known = Object.values(SearchAttributeTypes).find(
    (each) => each.replaceAll("_", "").toLowerCase() === type.replaceAll("_", "").toLowerCase(),
  );
  if (name === "" || known === undefined) {
    throw new UsageError(
      `--search-attribute is '${text}'; it must be name=type with a type of Text, Keyword, Int, Double, Bool, Datetime, KeywordList`,
    );
  }
  return [name, known];
}

function portOf(args: ParsedArgs, name: string): number | undefined {
  const text = textOf(args, name);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--${name} is '${text}'; it must be a port from 0 (a free one) to 65535`);
  }
  return port;
}

function logs(args: ParsedArgs, level: string): boolean {
  const wanted = textOf(args, "log-level") ?? "warn";
  if (!LOG_LEVELS.includes(wanted)) {
    throw new UsageError(`--log-level is '${wanted}'; it must be one of ${LOG_LEVELS.join(", ")}`);
  }
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(wanted);
}
