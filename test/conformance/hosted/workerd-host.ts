/** Runs jobs in workerd, in a Worker without `nodejs_compat`. */
import { startWorkerd } from "../../harness/workerd-process.ts";
import { bundleForHost } from "./hosted-bundle.ts";
import type { Host } from "./hosted-clients.ts";
import type { HostedAnswer } from "./job.ts";

export async function startWorkerdHost(): Promise<Host> {
  const script = await bundleForHost("workerd-entry.ts", ["workerd", "edge-light"]);
  const { url, version, close } = await startWorkerd(script);
  return {
    version,
    async perform(job) {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(job) });
      const text = await response.text();
      // Written by `workerd-entry.ts`, unless workerd itself says what is wrong.
      return response.ok ? (JSON.parse(text) as HostedAnswer) : { error: `workerd answers: ${text}` };
    },
    close: async () => close(),
  };
}
