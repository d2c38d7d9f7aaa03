import type { SearchAttributeType } from "../../../src/common/search-attributes.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { SEARCH_ATTRIBUTES, startRealServer } from "../../harness/real-server.ts";
import { openEmbedded } from "../harness/embedded.ts";
import { Stage } from "../scenarios/stage.ts";
import { newWorld, type Time, type World } from "./world.ts";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Real time. */
export const WALL: Time = { now: () => Date.now(), pause: sleep, patience: sleep };

/** Both servers, for scripts that are played side by side. */
export interface Servers {
  readonly origin: string;
  /** A new place on each. */
  worlds(): { readonly embedded: World; readonly real: World };
  /** Throws what the embedded server did wrong by its own account. */
  close(): Promise<void>;
}

/** Starts both. */
export async function openServers(): Promise<Servers> {
  const server = await startRealServer();
  const real = await Connection.connect({ address: server.address, interceptors: [] });
  const own = await openEmbedded({ searchAttributes: searchAttributes() });
  const embedded = Connection.lazy({ transport: own.port, interceptors: [] });
  return {
    origin: server.origin,
    worlds: () => {
      const choices: unknown[] = [];
      return {
        embedded: newWorld(new Stage(embedded, own.namespace), WALL, { leads: true, choices }),
        real: newWorld(new Stage(real, server.namespace), WALL, { leads: false, choices }),
      };
    },
    close: async () => {
      await Promise.all([real.close(), embedded.close()]);
      await server.stop();
      await own.close();
    },
  };
}

/** Those that the real server is started with. */
export function searchAttributes(): Readonly<Record<string, SearchAttributeType>> {
  const types = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => {
    const upper = type.replace(/(?<=[a-z])L/, "_L").toUpperCase();
    return [name, upper as SearchAttributeType] as const;
  });
  return Object.fromEntries(types);
}
