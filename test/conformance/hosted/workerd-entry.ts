import type { HostedJob } from "./job.ts";
import { runJob } from "./run-job.ts";

/** Each request is a job. */
export default {
  async fetch(request: Request): Promise<Response> {
    // Sent by `workerd-host.ts`.
    return Response.json(await runJob((await request.json()) as HostedJob));
  },
};
