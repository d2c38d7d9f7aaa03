/** Clients that live in workerd or Chromium: each job runs there, with its workers and comparisons here. */
import process from "node:process";
import type { ClientHost } from "../columns.ts";
import type { Job } from "../jobs.ts";
import type { World } from "../world.ts";
import { startChromiumHost } from "./chromium-host.ts";
import { ControlServer } from "./control-server.ts";
import type { HostedAnswer, HostedJob } from "./job.ts";
import { startWorkerdHost } from "./workerd-host.ts";

/** Where jobs are done. */
export interface Host {
  /** Name and version. */
  readonly version: string;
  perform(job: HostedJob): Promise<HostedAnswer>;
  close(): Promise<void>;
}

export interface HostedClients {
  readonly version: string;
  /** Rejects with what the host says of a job that failed. */
  run(job: Job): Promise<void>;
  close(): Promise<void>;
}

export async function startHostedClients(name: ClientHost, world: World): Promise<HostedClients> {
  const control = await ControlServer.start(world);
  const host = name === "workerd" ? await startWorkerdHost() : await startChromiumHost();
  // Columns of hosts have one of these.
  const protocol = process.env["CLIENT_PROTOCOL"] as HostedJob["protocol"];
  return {
    version: host.version,
    async run({ name, hosted, needsHandlers }) {
      if (hosted === undefined) throw new Error(`${name} has no part for a hosted client`);
      if (needsHandlers) await world.nexusHandlers.start();
      const address = world.clientAddress;
      const { error } = await host.perform({ kind: hosted, name, address, protocol, control: control.url });
      if (error !== undefined) throw new Error(error);
    },
    async close() {
      await host.close();
      await control.close();
    },
  };
}
