/** Servers below HTTP/2: a relay that can freeze and cut, a proxy, and one that never says a word. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface TcpServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface Relay extends TcpServer {
  /** Bytes stay where they are, both ways, and nobody is told: a network that has gone. */
  freeze(): void;
  thaw(): void;
  /** Closes every connection. */
  cut(): void;
}

/** Passes bytes to a port, until told otherwise. */
export async function startRelay(target: number): Promise<Relay> {
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;
  const server = await listen((near) => {
    const far = connect({ port: target, host: "127.0.0.1" });
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("data", (bytes: Buffer) => to.write(bytes));
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (frozen) from.pause();
    }
  });
  const each = (action: (socket: Socket) => void): void => {
    for (const pair of pairs) for (const socket of pair) action(socket);
  };
  return {
    ...server,
    freeze: () => {
      frozen = true;
      each((socket) => socket.pause());
    },
    thaw: () => {
      frozen = false;
      each((socket) => socket.resume());
    },
    cut: () => each((socket) => socket.destroy()),
  };
}

/** Takes connections and never answers. */
export function startSilent(): Promise<TcpServer> {
  return listen((socket) => socket.on("data", () => {}));
}

/** Answers the first bytes of each connection with a text, and hangs up. */
export function startParrot(text: string): Promise<TcpServer> {
  return listen((socket) => socket.once("data", () => socket.end(text)));
}

/**
 * An HTTP proxy for CONNECT; `answer` decides on the request's head, by status line or `undefined` for a tunnel.
 * `together` holds the answer back until the target has spoken, and passes both in one piece.
 */
export function startProxy(
  answer: (head: string) => string | undefined,
  { together = false }: { together?: boolean } = {},
): Promise<TcpServer> {
  return listen((near) => {
    let head = "";
    const onData = (bytes: Buffer): void => {
      head += bytes.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      near.off("data", onData);
      const refusal = answer(head);
      if (refusal === undefined) tunnel(near, head, together);
      else near.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
    };
    near.on("data", onData);
  });
}

function tunnel(near: Socket, head: string, together: boolean): void {
  const [, host = "", port = ""] = /^CONNECT (\S+):(\d+) /.exec(head) ?? [];
  const far = connect({ host, port: Number(port) });
  const established = Buffer.from("HTTP/1.1 200 Connection established\r\n\r\n");
  let waiting = together;
  far.on("connect", () => {
    if (!together) near.write(established);
  });
  far.on("data", (bytes: Buffer) => {
    near.write(waiting ? Buffer.concat([established, bytes]) : bytes);
    waiting = false;
  });
  near.on("data", (bytes: Buffer) => far.write(bytes));
  far.on("error", () => near.destroy());
  far.on("close", () => near.destroy());
  near.on("close", () => far.destroy());
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await listen(() => {});
  await server.close();
  return server.port;
}

async function listen(onSocket: (socket: Socket) => void): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
