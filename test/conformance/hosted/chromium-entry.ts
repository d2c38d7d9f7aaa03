import type { HostedJob } from "./job.ts";
import { runJob } from "./run-job.ts";

/** The page asks for jobs, one after the other in each lane, until there are none for good (204). */
async function lane(): Promise<void> {
  for (;;) {
    const response = await fetch("/job");
    if (response.status === 204) return;
    // Sent by `chromium-host.ts`.
    const { id, job } = (await response.json()) as { readonly id: number; readonly job: HostedJob };
    const answer = await runJob(job);
    await fetch(`/answer/${id}`, { method: "POST", body: JSON.stringify(answer) });
  }
}

const lanes = Number(new URLSearchParams(location.search).get("lanes"));
for (let index = 0; index < lanes; index++) void lane();
