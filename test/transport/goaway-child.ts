/**
 * A server's unannounced GOAWAY on a connection that has carried 1,500 calls: the process must live and the next call must succeed. A
 * program of its own, since an HTTP/2 library below us could take the process with it, as Deno's does (denoland/deno#36788).
 */
import { HELLO, openChannel, PATH } from "./fault.ts";
import { startServer } from "./grpc-server.ts";

const server = await startServer(({ ok }) => ok());
const channel = openChannel(server.address, { maxConnectionCalls: 1_000_000 });
const call = (): Promise<unknown> => channel.unary(PATH, HELLO, { timeoutMs: 10_000 });
// Where it can kill, it does not do so each time: several connections make it sure.
for (let connection = 0; connection < 6; connection++) {
  for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 300 }, call));
  for (const session of server.sessions) session.goaway(0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await call();
}
await channel.close();
await server.close();
console.log("survived");
