import type { RpcPort } from "../../../src/platform/rpc-port.ts";
import { rebuildFaults } from "../../../src/server/execution/rebuild.ts";
import type { Run } from "../../../src/server/execution/run.ts";
import {
  EmbeddedServer,
  type EmbeddedServerOptions,
  type ServerInsides,
} from "../../../src/server/server.ts";

/** An embedded server for tests. */
export interface EmbeddedForTests {
  readonly port: RpcPort;
  readonly namespace: string;
  readonly server: EmbeddedServer;
  close(): Promise<void>;
}

/**
 * Opens one that compares, after every change of a run, its state with what its history tells. Defects of the server are
 * thrown by `close`. Default of `wall`: real time.
 */
export async function openEmbedded(
  options: EmbeddedServerOptions = {},
  insides: ServerInsides = {},
): Promise<EmbeddedForTests> {
  const defects: unknown[] = [];
  const onDefect = (what: string, error: unknown): void => {
    defects.push(new Error(`${what}: ${String(error)}`, { cause: error }));
  };
  const verify = (run: Run): void => {
    // The longer a history, the seldomer: each look reads all of it.
    const { length } = run.history;
    if (length > OFTEN && length % Math.ceil(length / OFTEN) !== 0) return;
    const faults = rebuildFaults(run);
    if (faults.length === 0) return;
    defects.push(new Error(`${run.workflowId} after event ${length}: ${faults.join("; ")}`));
  };
  const server = new EmbeddedServer({ onDefect, ...options }, { verify, ...insides });
  return {
    port: server,
    namespace: "default",
    server,
    close: async () => {
      await server.close();
      if (defects.length > 0) {
        const words = defects.slice(0, 5).map(String).join("\n");
        throw new AggregateError(defects, `${defects.length} defects of the embedded server:\n${words}`);
      }
    },
  };
}

const OFTEN = 200;
