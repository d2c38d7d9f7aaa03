import type { RuntimeName } from "../harness/runtimes.ts";

/** What scenarios run on: a column of the table. */
export interface Column {
  readonly runtime: RuntimeName;
  /** The server at TEMPORAL_ADDRESS, or an embedded one in the process of the scenarios. */
  readonly server: "real" | "embedded";
  /** How the client speaks to the server; the worker does by gRPC or in process. */
  readonly client: ClientProtocol;
  /** Only the scenarios of `core-scenarios.ts`, unless the user names others. */
  readonly core: boolean;
}

/** The protocols of a connection; `connect-json` is Connect without its binary format. */
export type ClientProtocol = "grpc" | "grpc-web" | "connect" | "connect-json" | "http-json";

const full = { client: "grpc", core: false } as const;
const core = { client: "grpc", core: true } as const;

export const COLUMNS = {
  node: { runtime: "node", server: "real", ...full },
  bun: { runtime: "bun", server: "real", ...full },
  deno: { runtime: "deno", server: "real", ...full },
  embedded: { runtime: "node", server: "embedded", ...full },
  "embedded-bun": { runtime: "bun", server: "embedded", ...core },
  "embedded-deno": { runtime: "deno", server: "embedded", ...core },
  "grpc-web": { runtime: "node", server: "embedded", client: "grpc-web", core: true },
  "grpc-web-bun": { runtime: "bun", server: "embedded", client: "grpc-web", core: true },
  connect: { runtime: "node", server: "embedded", client: "connect", core: true },
  "connect-deno": { runtime: "deno", server: "embedded", client: "connect", core: true },
  "connect-json": { runtime: "node", server: "embedded", client: "connect-json", core: true },
  "http-json": { runtime: "node", server: "real", client: "http-json", core: true },
  "http-json-bun": { runtime: "bun", server: "real", client: "http-json", core: true },
  "http-json-deno": { runtime: "deno", server: "real", client: "http-json", core: true },
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnName = keyof typeof COLUMNS;

export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];
