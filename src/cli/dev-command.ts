import {
  type SearchAttributeType,
  SearchAttributeType as SearchAttributeTypes,
} from "../common/search-attributes.ts";
import { EmbeddedServer, type EmbeddedServerOptions, type Listener } from "../server/mod.ts";
import { type Command, ExitCode, isOn, textOf, textsOf, UsageError } from "./command.ts";
import { DevLog, LOG_FORMATS, LOG_LEVELS } from "./dev-log.ts";
import { checkRealOptions, IGNORED, ignoredNotes, portOf, REFUSED } from "./dev-options.ts";
import type { ParsedArgs } from "./host.ts";

const DEFAULT_PORT = 7233;

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
    "log-format": { type: "string", value: "format", help: `${LOG_FORMATS.join(", ")}. Default text.` },
    ...REFUSED,
    ...IGNORED,
  },
  run: async (args, host) => {
    checkRealOptions(args);
    const log = new DevLog(args, host);
    const server = new EmbeddedServer(serverOptions(args, log));
    for (const note of ignoredNotes(args)) log.write("warn", note);
    const stopped = host.untilAskedToStop();
    const listener = await open(server, args);
    host.out(description(listener, args));
    log.write("info", `${await stopped}, stopping`);
    await server.close();
    return ExitCode.ok;
  },
};

function serverOptions(args: ParsedArgs, log: DevLog): EmbeddedServerOptions {
  return {
    namespaces: namespacesOf(args),
    searchAttributes: Object.fromEntries(textsOf(args, "search-attribute").map(searchAttribute)),
    timeSkipping: isOn(args, "time-skipping"),
    onWarning: ({ message, ...facts }) => log.write("warn", message, facts),
    onDefect: (what, error) => log.write("error", `${what}: ${error instanceof Error ? error.stack : error}`),
  };
}

/** Those that are made: the one that always is, and those that are asked for. */
function namespacesOf(args: ParsedArgs): string[] {
  const named = textsOf(args, "namespace");
  if (named.includes("")) throw new UsageError("--namespace is ''; it must be a name");
  return [...new Set(["default", ...named])];
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
  const rows = [
    ["Temporal server:", `${address} (gRPC, gRPC-Web, Connect, HTTP API; in memory)`],
    ...(httpAddress === undefined ? [] : [["HTTP API:", httpAddress]]),
    ["Namespaces:", namespacesOf(args).join(", ")],
    ["Time:", isOn(args, "time-skipping") ? "skips when unlocked" : "real"],
  ];
  return `${rows.map(([name = "", value]) => `${name.padEnd(17)}${value}`).join("\n")}\nCtrl-C stops it.\n`;
}

function searchAttribute(text: string): [string, SearchAttributeType] {
  const at = text.indexOf("=");
  const [name, type] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
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
