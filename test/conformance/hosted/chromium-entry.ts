import type { HostedJob } from "./job.ts";
import { runJob } from "./run-job.ts";

// The page asks for jobs, one after the other, until there are none for good (204).
for (;;) {
  const response = await fetch("/job");
  if (response.status === 204) break;
  // Sent by `chromium-host.ts`.
  const { id, job } = (await response.json()) as { readonly id: number; readonly job: HostedJob };
  const answer = await runJob(job);
  await fetch(`/answer/${id}`, { method: "POST", body: JSON.stringify(answer) });
}
