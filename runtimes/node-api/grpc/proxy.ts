import type { Socket } from "node:net";
import type { ProxySettings } from "./channel-settings.ts";
import { connectError } from "./connect-error.ts";

/** No honest proxy needs more to say yes or no. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** Asks an HTTP proxy for a tunnel on `socket`, which afterwards carries the target's bytes alone. */
export function openTunnel(
  socket: Socket,
  { proxy, target, signal }: { proxy: ProxySettings; target: string; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const phase = `proxy ${proxy.host}:${proxy.port}`;
    let answer = Buffer.alloc(0);
    const settle = (error?: Error): void => {
      socket.off("data", onData);
      socket.off("error", onFailure);
      socket.off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onFailure = (error: unknown): void => settle(connectError(phase, error));
    const onClose = (): void => onFailure(new Error("closed the connection before answering CONNECT"));
    const onAbort = (): void => onFailure(signal.reason);
    const onData = (chunk: Buffer): void => {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) {
        if (answer.length > MAX_ANSWER_BYTES) onFailure(new Error("answer to CONNECT without an end"));
        return;
      }
      socket.pause();
      const refusal = refusalIn(answer.toString("latin1", 0, end), target);
      if (refusal) {
        settle(connectError(phase, refusal.error, refusal.permanent));
        return;
      }
      settle();
      const rest = answer.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
    };
    socket.on("data", onData);
    socket.once("error", onFailure);
    socket.once("close", onClose);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.write(connectRequest(proxy, target));
  });
}

function connectRequest(proxy: ProxySettings, target: string): string {
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`];
  if (proxy.basicAuth) {
    const { username, password } = proxy.basicAuth;
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function refusalIn(head: string, target: string): { error: Error; permanent: boolean } | undefined {
  const line = head.split("\r\n", 1)[0] ?? "";
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1]);
  if (status >= 200 && status < 300) return undefined;
  const error = new Error(`refused CONNECT ${target}: ${line.slice(0, 200)}`);
  return { error, permanent: !(status >= 500) };
}
