/** What a server does over loopback gRPC, with a worker of either SDK in a process of its own. */
import { type Installed, SDKS, type Sdk } from "../install.ts";
import { WorkerUnderTest } from "../worker-under-test.ts";
import { median, type Report } from "./report.ts";
import { ServerProcess } from "./server-process.ts";

const MIB = 1024 * 1024;
const IN_FLIGHT = 50;
const STARTS = 5;
const SEQUENTIAL = 200;
/** The real server is slower by an order of magnitude: it gets fewer. */
const COUNTS: Readonly<Record<Sdk, { readonly warmUp: number; readonly count: number }>> = {
  perdure: { warmUp: 500, count: 2_000 },
  official: { warmUp: 50, count: 300 },
};

type InstalledSdks = Readonly<Record<Sdk, Installed>>;

/** Measures one server, Perdure's (`embedded`) or the real one. */
export async function measureServer(kind: Sdk, installed: InstalledSdks, report: Report): Promise<void> {
  const column = kind === "perdure" ? "embedded" : "real";
  const starts = ["CLI start to first answered call", "CLI CPU until then", "CLI RSS after start"];
  await report.measure(column, starts, async () => {
    const [startMs, startCpuMs, rss]: [number[], number[], number[]] = [[], [], []];
    for (let index = 0; index < STARTS; index += 1) {
      const server = await ServerProcess.start(kind, installed.perdure);
      startMs.push(server.startMs);
      startCpuMs.push(server.startCpuMs);
      rss.push(server.rss() / MIB);
      await server.stop();
    }
    return [median(startMs), median(startCpuMs), median(rss)];
  });
  for (const worker of SDKS) {
    const name = worker === "perdure" ? "Perdure's worker" : "official worker";
    const rows = ["workflows a second", "server CPU a workflow", "start to result, p50"];
    await report.measure(
      column,
      rows.map((row) => `gRPC, ${name}: ${row}`),
      () => withWorker(kind, worker, installed),
    );
  }
}

async function withWorker(kind: Sdk, sdk: Sdk, installed: InstalledSdks): Promise<readonly number[]> {
  const server = await ServerProcess.start(kind, installed.perdure);
  try {
    const { folder } = installed[sdk];
    const worker = await WorkerUnderTest.start({ folder, address: server.address, taskQueue: "bench" });
    try {
      return await load(server, worker, COUNTS[kind]);
    } finally {
      await worker.stop();
    }
  } finally {
    await server.stop();
  }
}

async function load(
  server: ServerProcess,
  worker: WorkerUnderTest,
  { warmUp, count }: { readonly warmUp: number; readonly count: number },
): Promise<readonly number[]> {
  await worker.execute(server.client, "one", { count: warmUp, width: IN_FLIGHT, args: [] });
  const [start, cpu] = [performance.now(), server.cpuMs()];
  await worker.execute(server.client, "one", { count, width: IN_FLIGHT, args: [] });
  const perSecond = count / ((performance.now() - start) / 1000);
  const cpuEach = (server.cpuMs() - cpu) / count;
  const times: number[] = [];
  for (let index = 0; index < SEQUENTIAL; index += 1) {
    const began = performance.now();
    await worker.execute(server.client, "one", { count: 1, width: 1, args: [] });
    times.push(performance.now() - began);
  }
  return [perSecond, cpuEach, median(times)];
}
