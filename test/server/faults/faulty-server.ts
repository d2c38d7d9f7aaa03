import type { EmbeddedServer, EmbeddedServerOptions, ServerInsides } from "../../../src/server/server.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { openEmbedded } from "../harness/embedded.ts";
import { Stage } from "../scenarios/stage.ts";

/** A server of which each change is verified, and a caller that repeats nothing. */
export interface FaultyServer {
  readonly server: EmbeddedServer;
  readonly stage: Stage;
}

/** Gives a test a server of its own. */
export async function withServer(
  use: (world: FaultyServer) => Promise<void>,
  options: EmbeddedServerOptions = {},
  insides: ServerInsides = {},
): Promise<void> {
  const opened = await openEmbedded(options, insides);
  const connection = Connection.lazy({ transport: opened.port, interceptors: [] });
  try {
    await use({ server: opened.server, stage: new Stage(connection, opened.namespace) });
  } finally {
    await connection.close();
    await opened.close();
  }
}

/** Lets everything happen that needs no time. */
export async function turn(): Promise<void> {
  for (let left = 20; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}
