import type { RpcPort } from "../../../src/platform/rpc-port.ts";
import { EmbeddedServer } from "../../../src/server/server.ts";

/** An embedded server for tests. */
export interface EmbeddedForTests {
  readonly port: RpcPort;
  readonly namespace: string;
  close(): Promise<void>;
}

/** Opens one. Defects of the server are thrown by `close`. */
export async function openEmbedded(): Promise<EmbeddedForTests> {
  const defects: unknown[] = [];
  const server = new EmbeddedServer({
    onDefect: (what, error) => defects.push(new Error(what, { cause: error })),
  });
  return {
    port: server,
    namespace: "default",
    close: async () => {
      await server.close();
      if (defects.length > 0) throw new AggregateError(defects, `${defects.length} defects: ${defects[0]}`);
    },
  };
}
