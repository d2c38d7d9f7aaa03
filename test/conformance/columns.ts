import type { RuntimeVersion } from "../harness/runtimes.ts";

/** The protocols of a connection; `connect-json` is Connect without its binary format. */
export type ClientProtocol = "grpc" | "grpc-web" | "connect" | "connect-json" | "http-json";

/** Where a client may live that has neither sockets nor threads: it drives the scenarios, their workers run on Node. */
export type ClientHost = "workerd" | "chromium";

/** What scenarios run on: a column of the table. */
export interface Column {
  readonly name: string;
  /** Runs the workers, and the clients too unless there is a `host`. */
  readonly runtime: RuntimeVersion;
  readonly host: ClientHost | undefined;
  /** The server at TEMPORAL_ADDRESS, or an embedded one in the process of the scenarios. */
  readonly server: "real" | "embedded";
  /** How the client speaks to the server; the worker does by gRPC or in process. */
  readonly client: ClientProtocol;
  /**
   * What CI runs there: all scenarios, those of `core-scenarios.ts`, or every third besides those. `npm run conformance:full` runs all on
   * every column.
   */
  readonly ci: "all" | "third" | "core";
}

/** Runtimes and hosts, with the titles of their columns. */
export const PLACES = {
  node: "Node 20",
  "node-22": "Node 22",
  "node-24": "Node 24",
  bun: "Bun",
  deno: "Deno",
  workerd: "workerd",
  chromium: "Chromium",
} as const;

export type Place = keyof typeof PLACES;

/** Server and protocol of the client, by the name that a column's name begins with. */
export const TRANSPORTS = {
  real: { server: "real", client: "grpc" },
  embedded: { server: "embedded", client: "grpc" },
  "grpc-web": { server: "embedded", client: "grpc-web" },
  connect: { server: "embedded", client: "connect" },
  "connect-json": { server: "embedded", client: "connect-json" },
  "http-json": { server: "real", client: "http-json" },
} as const satisfies Readonly<Record<string, Pick<Column, "server" | "client">>>;

export type TransportName = keyof typeof TRANSPORTS;

/** All of Node 20 over gRPC, on the real server and on the embedded one. */
const WHOLE_IN_CI: ReadonlySet<string> = new Set(["node", "embedded"]);
/** Other engines than V8 in Node: as much as CI has time for. */
const THIRD_IN_CI: ReadonlySet<string> = new Set(["bun", "deno"]);

/** `node`, `bun`, …: gRPC to the real server; `connect`, `embedded`, …: on Node; else both words. */
export function columnName(transport: TransportName, place: Place): string {
  if (transport === "real") return place;
  return place === "node" ? transport : `${transport}-${place}`;
}

function isHost(place: Place): place is ClientHost {
  return place === "workerd" || place === "chromium";
}

function columnsOf(transport: TransportName): readonly Column[] {
  const { server, client } = TRANSPORTS[transport];
  // Without sockets there is no gRPC.
  const places = (Object.keys(PLACES) as Place[]).filter((place) => client !== "grpc" || !isHost(place));
  return places.map((place) => {
    const name = columnName(transport, place);
    const ci = WHOLE_IN_CI.has(name) ? "all" : THIRD_IN_CI.has(name) ? "third" : "core";
    const where = isHost(place)
      ? { runtime: "node" as const, host: place }
      : { runtime: place, host: undefined };
    return { name, ...where, server, client, ci };
  });
}

export const COLUMNS: readonly Column[] = (Object.keys(TRANSPORTS) as TransportName[]).flatMap(columnsOf);

/** The words by which `known-failures.json` may speak of a column, from the widest to its own name. */
export function traitsOf(column: Column): readonly string[] {
  const { name, runtime, host, server, client } = column;
  return [...new Set([server, client, host ?? runtime, name])];
}
