import type { Socket } from "node:net";
import type { ConnectionWatch } from "../../../src/platform/server-platform.ts";
import {
  FIRST_BYTES_MS,
  IDLE_MS,
  MAX_PIPELINED,
  MAX_SETTINGS_BYTES,
  REFUSED_AT_ONCE,
} from "../../../src/server/listen/limits.ts";
import { refusalOf } from "./connection-refusal.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/** Who says so much of the preface means HTTP/2. */
const SIGN = PREFACE.slice(0, 4);
const FRAME_HEADER_BYTES = 9;
const SETTINGS = 4;

/** Who takes a connection once it is known what it speaks. */
export interface ConnectionTakers {
  http1(socket: Socket): void;
  http2(socket: Socket): void;
}

/** How many connections there may be, and who hears of them. */
export interface ConnectionLimit {
  readonly max: number;
  readonly watch: ConnectionWatch | undefined;
}

/**
 * All connections of a listener, and the switch by their first bytes: `PRI ` begins HTTP/2, anything else is left to HTTP/1.1,
 * which refuses what it does not know. HTTP/2 gets a connection when all that its client must say first is here, preface and
 * settings: who stops in between costs no session.
 *
 * N1: `#sockets` holds a socket from its arrival until it has closed.
 * N2: a socket is in `#silent` until it was handed over; one that says nothing in time is destroyed.
 * N3: a socket of HTTP/1.1 is in `#idle` while no request of it is being answered: also while one arrives, byte by byte.
 *     Otherwise it is in `#busy`, with the number of those that are.
 * N4: every socket has an error listener from the beginning on: an error without one would end the process.
 * N5: `#arrived` holds what came in by TCP until it has closed, at most REFUSED_AT_ONCE above the limit: over TLS, who is to be told
 *     that there is no room must first have come through a handshake.
 * N6: `#taken` holds those that are served, at most as many as the limit. A socket in `#refused` was told why it is not, or is about to be,
 *     and stays in `#silent` until it has closed.
 */
export class Connections {
  readonly #takers: ConnectionTakers;
  readonly #limit: ConnectionLimit;
  readonly #sockets = new Set<Socket>();
  readonly #arrived = new Set<Socket>();
  readonly #taken = new Set<Socket>();
  readonly #refused = new Set<Socket>();
  readonly #silent = new Map<Socket, number>();
  readonly #idle = new Map<Socket, number>();
  readonly #busy = new Map<Socket, number>();

  constructor(takers: ConnectionTakers, limit: ConnectionLimit) {
    this.#takers = takers;
    this.#limit = limit;
  }

  /** Knows of a connection that came in by TCP; over TLS, before its handshake. False: there is no room, not even to say so. */
  arrive(socket: Socket): boolean {
    if (this.#arrived.has(socket)) return true;
    this.#hold(socket);
    this.#arrived.add(socket);
    if (this.#arrived.size <= this.#limit.max + REFUSED_AT_ONCE) return true;
    this.#limit.watch?.refused(socket.remoteAddress);
    socket.destroy();
    return false;
  }

  /** Takes a new connection; over TLS, after its handshake. */
  accept(socket: Socket): void {
    if (!this.#sockets.has(socket)) this.#hold(socket);
    if (socket.destroyed) return;
    const { max, watch } = this.#limit;
    const isTaken = this.#taken.size < max;
    (isTaken ? this.#taken : this.#refused).add(socket);
    if (isTaken) watch?.opened();
    else watch?.refused(socket.remoteAddress);
    this.#silent.set(socket, performance.now());
    socket.setNoDelay(true);
    this.#listen(socket, Buffer.alloc(0));
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#forget(socket));
  }

  #forget(socket: Socket): void {
    if (this.#taken.delete(socket)) this.#limit.watch?.closed();
    this.#sockets.delete(socket);
    this.#arrived.delete(socket);
    this.#refused.delete(socket);
    this.#silent.delete(socket);
    this.#idle.delete(socket);
    this.#busy.delete(socket);
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
    if (!this.#sockets.has(socket)) return;
    this.#idle.delete(socket);
    const requests = (this.#busy.get(socket) ?? 0) + 1;
    this.#busy.set(socket, requests);
    if (requests > MAX_PIPELINED) socket.destroy();
  }

  /** It was answered. */
  ends(socket: Socket): void {
    if (!this.#sockets.has(socket)) return;
    const requests = (this.#busy.get(socket) ?? 1) - 1;
    if (requests > 0) this.#busy.set(socket, requests);
    else {
      this.#busy.delete(socket);
      this.#idle.set(socket, performance.now());
    }
  }

  /** Cuts all connections. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(socket: Socket, before: Buffer): void {
    socket.once("data", (chunk: Buffer) => {
      const bytes = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
      const speaks = spoken(bytes);
      if (speaks === undefined) this.#listen(socket, bytes);
      else this.#handOver(socket, bytes, speaks === "http2");
    });
  }

  /** Gives the bytes back, so that whoever takes the socket reads it from its beginning. */
  #handOver(socket: Socket, bytes: Buffer, http2: boolean): void {
    if (this.#refused.has(socket)) {
      // What still comes is read and forgotten: closing before that would take the answer away from who has not read it.
      socket.resume();
      socket.end(refusalOf(http2, this.#limit.max));
      return;
    }
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

/** What a connection speaks, by all that came of it; undefined: that cannot be told yet. */
function spoken(bytes: Buffer): "http1" | "http2" | undefined {
  const start = bytes.toString("latin1", 0, PREFACE.length);
  if (!PREFACE.startsWith(start)) return start.startsWith(SIGN) ? "http2" : "http1";
  if (bytes.length < PREFACE.length + FRAME_HEADER_BYTES) return undefined;
  const length = bytes.readUIntBE(PREFACE.length, 3);
  // What is wrong is told by who knows HTTP/2.
  if (bytes[PREFACE.length + 3] !== SETTINGS || length > MAX_SETTINGS_BYTES) return "http2";
  return bytes.length < PREFACE.length + FRAME_HEADER_BYTES + length ? undefined : "http2";
}
