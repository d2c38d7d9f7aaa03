/** Makes a call, leaves its connection open, and has nothing more to do: the process must end by itself. */
import process from "node:process";
import { HELLO, openChannel, PATH } from "./fault.ts";

const channel = openChannel(process.argv[2] ?? "");
await channel.unary(PATH, HELLO, { timeoutMs: 5_000 });
console.log(`sessions ${channel.stats.sessions}`);
