import type { Host } from "./hosted-clients.ts";
export async function startChromiumHost(): Promise<Host> {
  throw new Error("none yet");
}
