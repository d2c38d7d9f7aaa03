/** The client's half of scenarios and cases, bundled into what a host runs. No Node built-ins here, nor in what this imports. */
import { Client, Connection } from "perdure/client";
import type { Case, CaseWorld } from "../cases/case.ts";
import { clientCases } from "../cases/client.ts";
import type { Scenario } from "../scenario.ts";
import { runScenario, uniqueNames, type WorkerSide } from "../scenario-course.ts";
import { scenarios } from "../scenarios/all.mjs";
import type { ControlCalls, HostedAnswer, HostedJob } from "./job.ts";
import { namedWorkers } from "./named-workers.ts";

/** Calls of the Node half over HTTP. */
function controlAt(url: string): ControlCalls {
  const call =
    (name: string) =>
    async (ask: unknown): Promise<never> => {
      const response = await fetch(`${url}/${name}`, { method: "POST", body: JSON.stringify(ask) });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      // Both halves are of the same checkout.
      return JSON.parse(text) as never;
    };
  return {
    startWorker: call("startWorker"),
    startWorkerProcess: call("startWorkerProcess"),
    end: call("end"),
    compare: call("compare"),
  };
}

function workerSide(control: ControlCalls): WorkerSide {
  return {
    async startWorker(taskQueue, options) {
      const named = Object.keys(namedWorkers).find((name) => namedWorkers[name] === options);
      const plain = named === undefined ? plainOptions(options) : {};
      const { id } = await control.startWorker({ taskQueue, options: plain, named, workflows: "scenarios" });
      return { stop: async () => void (await control.end({ id })) };
    },
    async startWorkerProcess(taskQueue) {
      const { id } = await control.startWorkerProcess({ taskQueue });
      return { kill: async () => void (await control.end({ id })) };
    },
    compare: async (subject, history) => void (await control.compare({ subject, history })),
  };
}

function plainOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  JSON.stringify(options, (key, value: unknown) => {
    if (typeof value === "function")
      throw new Error(`the worker's option ${key} is a function: name its options in named-workers.ts`);
    return value;
  });
  return options;
}

/** The parts of a case's world that a client has. */
function hostedWorld(job: HostedJob, client: Client, control: ControlCalls): CaseWorld {
  const { taskQueue, workflowId } = uniqueNames(job.name.replace(/[^a-z0-9]+/gi, "-").slice(0, 40));
  let ids = 0;
  const door = job.protocol === "connect-json" ? "connect" : job.protocol;
  const world: Pick<CaseWorld, "address" | "doors" | "client" | "taskQueue" | "id" | "withWorker"> = {
    address: job.address,
    doors: [{ protocol: door, address: job.address }],
    client,
    taskQueue,
    id: () => `${workflowId}-${ids++}`,
    async withWorker(use, options = {}) {
      const plain = plainOptions({ ...options });
      const { id } = await control.startWorker({ taskQueue, options: plain, workflows: "cases" });
      try {
        // The worker is Node's: what a case might ask of it is not here.
        return await use(undefined as never);
      } finally {
        await control.end({ id });
      }
    },
  };
  return world as CaseWorld;
}

async function perform(job: HostedJob): Promise<void> {
  const connection = await Connection.connect(
    job.protocol === "connect-json"
      ? { address: job.address, protocol: "connect", useBinaryFormat: false }
      : { address: job.address, protocol: job.protocol },
  );
  try {
    const client = new Client({ connection });
    const control = controlAt(job.control);
    if (job.kind === "scenario") {
      const scenario = (scenarios as readonly Scenario[]).find(({ subject }) => subject === job.name);
      if (scenario === undefined) throw new Error(`the host has no scenario ${job.name}`);
      const { address } = job;
      await runScenario({ workers: workerSide(control), client, address, connection }, scenario);
      return;
    }
    const found = clientCases.find(({ name }: Case) => name === job.name);
    if (found === undefined) throw new Error(`the host has no case ${job.name}`);
    await found.run(hostedWorld(job, client, control));
  } finally {
    await connection.close();
  }
}

/** Does a job; never rejects. */
export async function runJob(job: HostedJob): Promise<HostedAnswer> {
  try {
    await perform(job);
    return {};
  } catch (error) {
    return { error: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`;
  return error.cause === undefined ? text : `${text}\ncaused by ${describe(error.cause)}`;
}
