import type { Socket } from "node:net";
import { FIRST_BYTES_MS, IDLE_MS } from "../../../src/server/listen/limits.ts";

const PREFACE = "PRI ";

/** Who takes a connection once it is known what it speaks. */
export interface ConnectionTakers {
  http1(socket: Socket): void;
  http2(socket: Socket): void;
}

/**
 * All connections of a listener, and the switch by their first bytes: `PRI ` begins HTTP/2, anything else is left to HTTP/1.1,
 * which refuses what it does not know.
 *
 * N1: `#sockets` holds a socket from its arrival until it has closed.
 * N2: a socket is in `#silent` until it was handed over; one that says nothing in time is destroyed.
 * N3: a socket of HTTP/1.1 is in `#idle` while no request of it is being answered: also while one arrives, byte by byte.
 * N4: every socket has an error listener from the beginning on: an error without one would end the process.
 */
export class Connections {
  readonly #takers: ConnectionTakers;
  readonly #sockets = new Set<Socket>();
  readonly #silent = new Map<Socket, number>();
  readonly #idle = new Map<Socket, number>();

  constructor(takers: ConnectionTakers) {
    this.#takers = takers;
  }

  /** Takes a new connection; over TLS, after its handshake. */
  accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.#silent.set(socket, performance.now());
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#silent.delete(socket);
      this.#idle.delete(socket);
    });
    this.#listen(socket, undefined);
  }

  /** Ends connections that have not said what they speak, and those that have said nothing for long. */
  sweep(now: number): void {
    for (const [socket, since] of this.#silent) {
      if (now - since > FIRST_BYTES_MS) socket.destroy();
    }
    for (const [socket, since] of this.#idle) {
      if (now - since > IDLE_MS) socket.destroy();
    }
  }

  /** A request of HTTP/1.1 is being answered. */
  begins(socket: Socket): void {
    this.#idle.delete(socket);
  }

  /** It was answered. */
  ends(socket: Socket): void {
    if (this.#sockets.has(socket)) this.#idle.set(socket, performance.now());
  }

  /** Cuts all connections. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(socket: Socket, before: Buffer | undefined): void {
    socket.once("data", (chunk: Buffer) => {
      const bytes = before === undefined ? chunk : Buffer.concat([before, chunk]);
      const start = bytes.toString("latin1", 0, PREFACE.length);
      if (bytes.length < PREFACE.length && PREFACE.startsWith(start)) {
        this.#listen(socket, bytes);
        return;
      }
      this.#handOver(socket, bytes, start === PREFACE);
    });
  }

  /** Gives the bytes back, so that whoever takes the socket reads it from its beginning. */
  #handOver(socket: Socket, bytes: Buffer, http2: boolean): void {
    this.#silent.delete(socket);
    socket.pause();
    socket.unshift(bytes);
    if (http2) this.#takers.http2(socket);
    else {
      this.#idle.set(socket, performance.now());
      this.#takers.http1(socket);
    }
    process.nextTick(() => socket.resume());
  }
}
