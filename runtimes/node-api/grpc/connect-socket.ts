import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { GrpcTlsOptions } from "../../../src/platform/rpc-port.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import { connectError, tlsError } from "./connect-error.ts";
import { openTunnel } from "./proxy.ts";

/**
 * Opens the byte stream that HTTP/2 runs on: TCP, then the proxy's tunnel, then TLS. Aborting `signal` gives up at
 * any of these steps and leaves no socket behind.
 */
export async function connectSocket(settings: ChannelSettings, signal: AbortSignal): Promise<Socket> {
  const { host, port, proxy, tls } = settings;
  // Loaded for those who use it: it brings all of node:crypto with it.
  const connectTls = tls && (await import("node:tls")).connect;
  const first = proxy ?? { host, port };
  const socket = await tcp(first.host, first.port, signal);
  try {
    if (proxy) await openTunnel(socket, { proxy, target: `${bracketed(host)}:${port}`, signal });
    return connectTls ? await handshake(socket, connectTls, { tls, host, port, signal }) : socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function tcp(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true });
  return ready(socket, "connect", {
    signal,
    failed: (error) => connectError(`cannot connect to ${bracketed(host)}:${port}`, error),
  });
}

function handshake(
  socket: Socket,
  connectTls: typeof import("node:tls").connect,
  { tls, ...target }: { tls: GrpcTlsOptions; host: string; port: number; signal: AbortSignal },
): Promise<Socket> {
  const name = tls.serverName ?? target.host;
  const address = `${bracketed(target.host)}:${target.port}`;
  const failed = (error: unknown): Error => tlsError(address, error);
  let secure: Socket;
  try {
    secure = connectTls({
      socket,
      host: name,
      ALPNProtocols: ["h2"],
      // SNI must be a name; for an address the certificate is checked against `host` alone.
      ...(isIP(name) ? {} : { servername: name }),
      ...(tls.rootCertificates && { ca: Buffer.from(tls.rootCertificates) }),
      ...(tls.clientCertificate && {
        cert: Buffer.from(tls.clientCertificate.certificate),
        key: Buffer.from(tls.clientCertificate.key),
      }),
    });
  } catch (error) {
    // PEM that cannot be read is refused before anything is sent.
    return Promise.reject(connectError("TLS options are not usable", error, true));
  }
  return ready(secure, "secureConnect", { signal: target.signal, failed });
}

/** Waits for the one event that says a socket is up, or for what says that it will not be. */
function ready(
  socket: Socket,
  event: "connect" | "secureConnect",
  { signal, failed }: { signal: AbortSignal; failed: (error: unknown) => Error },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off(event, onReady);
      socket.off("close", onClose);
      // The error listener stays: an error event without a listener would end the process.
      if (error === undefined) {
        resolve(socket);
      } else {
        reject(error);
        socket.destroy();
      }
    };
    const onReady = (): void => settle();
    const onClose = (): void => settle(failed(new Error("socket closed by the peer (ECONNRESET)")));
    const onAbort = (): void => settle(failed(signal.reason));
    socket.once(event, onReady);
    socket.on("error", (error) => settle(failed(error)));
    socket.once("close", onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
