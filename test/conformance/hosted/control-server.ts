/** The Node half of scenarios whose client lives elsewhere: runs workers and compares histories when the host asks. */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { World } from "../world.ts";
import type { ControlCalls } from "./job.ts";
import { namedWorkers } from "./named-workers.ts";

/** A page of another origin asks first. */
const CORS = { "access-control-allow-origin": "*", "access-control-allow-headers": "content-type" };

export class ControlServer {
  readonly #server: Server;
  readonly #calls: ControlCalls;
  /** How to end what was started, by id. */
  readonly #running: Map<number, () => Promise<void>> = new Map();
  #lastId = 0;

  private constructor(world: World) {
    this.#calls = this.#callsFor(world);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(world: World): Promise<ControlServer> {
    const control = new ControlServer(world);
    await new Promise<void>((resolve) => control.#server.listen(0, "127.0.0.1", resolve));
    return control;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((end) => end()));
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #callsFor({ workers, caseWorld }: World): ControlCalls {
    return {
      startWorker: async ({ taskQueue, options, named, workflows }) => {
        const all = named === undefined ? options : namedWorkers[named]!;
        if (workflows === "scenarios") {
          const worker = await workers.startWorker(taskQueue, all);
          return this.#keep(() => worker.stop());
        }
        return this.#keep(await whileAsked((asked) => caseWorld("hosted", taskQueue).withWorker(asked, all)));
      },
      startWorkerProcess: async ({ taskQueue }) => {
        const child = await workers.startWorkerProcess(taskQueue);
        return this.#keep(() => child.kill());
      },
      end: async ({ id }) => {
        const end = this.#running.get(id);
        this.#running.delete(id);
        await end?.();
        return {};
      },
      compare: async ({ subject, history }) => {
        await workers.compare(subject, history as Parameters<typeof workers.compare>[1]);
        return {};
      },
    };
  }

  #keep(end: () => Promise<void>): { readonly id: number } {
    const id = ++this.#lastId;
    this.#running.set(id, end);
    return { id };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = request.url?.slice(1) ?? "";
    if (request.method === "OPTIONS") {
      response.writeHead(204, CORS).end();
      return;
    }
    try {
      if (!Object.hasOwn(this.#calls, name)) throw new Error(`there is no call ${name}`);
      // Sent by `run-job.ts` of the same checkout.
      const call = this.#calls[name as keyof ControlCalls] as (ask: unknown) => Promise<unknown>;
      const answer = await call(JSON.parse(await textOf(request)));
      response.writeHead(200, { ...CORS, "content-type": "application/json" }).end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(500, CORS).end(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Starts something that lasts as long as its callback; gives a function that ends the callback. */
async function whileAsked(last: (asked: () => Promise<void>) => Promise<void>): Promise<() => Promise<void>> {
  return await new Promise((resolve, reject) => {
    let ended: Promise<void> | undefined;
    ended = last(
      () =>
        new Promise<void>((end) =>
          resolve(async () => {
            end();
            await ended;
          }),
        ),
    );
    ended.catch(reject);
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return new TextDecoder().decode(Buffer.concat(chunks));
}
