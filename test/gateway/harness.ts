import { Connection, type ConnectionOptions } from "../../src/client/mod.ts";
import { createGateway, type Gateway, type GatewayOptions, type Listener } from "../../src/gateway/mod.ts";
import type { RpcAnswer, RpcCallOptions, RpcPort } from "../../src/platform/rpc-port.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";

/** A call as it reached the server behind. */
export interface SeenCall {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly options: RpcCallOptions;
}

/** A port that remembers what it was asked, and may answer instead of the one behind. */
export class Recorder implements RpcPort {
  readonly calls: SeenCall[] = [];
  readonly #behind: RpcPort;
  answer: ((call: SeenCall) => Promise<RpcAnswer> | undefined) | undefined;

  constructor(behind: RpcPort) {
    this.#behind = behind;
  }

  async unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    const call = { path, bytes, options };
    this.calls.push(call);
    return this.answer?.(call) ?? this.#behind.unary(path, bytes, options);
  }

  /** The calls of one method. */
  of(name: string): SeenCall[] {
    return this.calls.filter(({ path }) => path.endsWith(`/${name}`));
  }

  async close(): Promise<void> {}
}

/** A gateway on a free port, before an embedded server. */
export interface Rig extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly listener: Listener;
  readonly server: EmbeddedServer;
  readonly seen: Recorder;
  connect(options?: ConnectionOptions): Promise<Connection>;
}

export async function startRig(options: Omit<GatewayOptions, "upstream"> = {}): Promise<Rig> {
  const server = new EmbeddedServer({ namespaces: ["other"] });
  const seen = new Recorder(server);
  const gateway = createGateway({ upstream: { transport: seen }, ...options });
  const listener = await gateway.listen();
  const connections: Connection[] = [];
  return {
    gateway,
    listener,
    server,
    seen,
    connect: async (more = {}) => {
      const protocol = more.protocol ?? "grpc";
      const address = protocol === "grpc" ? listener.address : `http://${listener.address}`;
      const connection = await Connection.connect({ tls: false, ...more, address });
      connections.push(connection);
      return connection;
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) await connection.close();
      await gateway.close({ graceMs: 0 });
      await server.close();
    },
  };
}

/** An answer with nothing in it. */
export const emptyAnswer: RpcAnswer = { bytes: new Uint8Array(0), headers: {}, trailers: {} };
