import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { Connections } from "../../../runtimes/node-api/server/connections.ts";
import { FIRST_BYTES_MS, IDLE_MS, MAX_PIPELINED } from "../../../src/server/listen/limits.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

interface Taken {
  readonly by: "http1" | "http2";
  readonly socket: Socket;
  read: string;
}

interface Peers {
  readonly connections: Connections;
  readonly taken: Taken[];
  open(bytes: string): Promise<Socket>;
}

async function withPeers(body: (peers: Peers) => Promise<void>): Promise<void> {
  const taken: Taken[] = [];
  const taker =
    (by: Taken["by"]) =>
    (socket: Socket): void => {
      const each: Taken = { by, socket, read: "" };
      taken.push(each);
      socket.on("data", (chunk: Buffer) => {
        each.read += chunk.toString("latin1");
      });
    };
  const connections = new Connections(
    { http1: taker("http1"), http2: taker("http2") },
    { max: 10, watch: undefined },
  );
  const server = createServer((socket) => connections.accept(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const open = async (bytes: string): Promise<Socket> => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.resume();
    const accepted = new Promise((resolve) => server.once("connection", resolve));
    await Promise.all([accepted, new Promise((resolve) => socket.once("connect", resolve))]);
    if (bytes !== "") socket.write(bytes);
    return socket;
  };
  try {
    await body({ connections, taken, open });
  } finally {
    connections.destroyAll();
    await new Promise((resolve) => server.close(resolve));
  }
}

const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));

test.each([
  [`${PREFACE}\0\0\0\u0004\0\0\0\0\0`, "http2"],
  [`${PREFACE}\0\0\u0006\u0004\0\0\0\0\0\0\u0003\0\0\0\u0064`, "http2"],
  [`${PREFACE}\0\0\0\u0001\0\0\0\0\0`, "http2"],
  ["PRI x", "http2"],
  ["GET / HTTP/1.1\r\n\r\n", "http1"],
  ["PROPFIND / HTTP/1.1\r\n\r\n", "http1"],
  ["\u0016\u0003\u0001", "http1"],
] as const)("%j goes to %s, in one piece or byte by byte", async (bytes, by) => {
  await withPeers(async ({ taken, open }) => {
    await open(bytes);
    const slow = await open("");
    slow.setNoDelay(true);
    for (const char of bytes) {
      slow.write(char);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => taken.map((each) => each.by)).toEqual([by, by]);
    await expect.poll(() => taken.map(({ read }) => read)).toEqual([bytes, bytes]);
  });
});

test("who says nothing is cut off, who says something is not", async () => {
  await withPeers(async ({ connections, taken, open }) => {
    const silent = await open("");
    const slow = await open("P");
    await open("GET / HTTP/1.1\r\n");
    await expect.poll(() => taken.length).toBe(1);
    const half = await open(`${PREFACE}\0\0\u0006\u0004\0\0\0\0\0\0\u0003`);
    const gone = Promise.all([closed(silent), closed(slow), closed(half)]);
    connections.sweep(performance.now() + FIRST_BYTES_MS + 1);
    await gone;
    expect(taken[0]?.socket.destroyed).toBe(false);
  });
});

test("a connection of HTTP/1.1 is cut off when it is idle for long, or never finishes its headers, but not while it is answered", async () => {
  await withPeers(async ({ connections, taken, open }) => {
    const peer = await open("GET / HTTP/1.1\r\nx:");
    await expect.poll(() => taken.length).toBe(1);
    const socket = taken[0]?.socket as Socket;
    connections.begins(socket);
    connections.sweep(performance.now() + IDLE_MS + 1);
    expect(socket.destroyed).toBe(false);
    connections.begins(socket);
    connections.ends(socket);
    connections.sweep(performance.now() + IDLE_MS + 1);
    expect(socket.destroyed, "another request is being answered").toBe(false);
    connections.ends(socket);
    connections.sweep(performance.now());
    expect(socket.destroyed).toBe(false);
    const gone = closed(peer);
    connections.sweep(performance.now() + IDLE_MS + 1);
    await gone;
  });
});

test("who sends request after request without waiting for answers is cut off", async () => {
  await withPeers(async ({ connections, taken, open }) => {
    const peer = await open("GET / HTTP/1.1\r\n\r\n");
    await expect.poll(() => taken.length).toBe(1);
    const socket = taken[0]?.socket as Socket;
    for (let n = 0; n < MAX_PIPELINED; n += 1) connections.begins(socket);
    expect(socket.destroyed).toBe(false);
    const gone = closed(peer);
    connections.begins(socket);
    await gone;
  });
});
