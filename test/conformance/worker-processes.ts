/** Workers in processes of their own, on the runtime that runs the scenarios. */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

export interface WorkerProcessOptions {
  readonly address: string;
  readonly taskQueue: string;
  /** Folder under `test/conformance` whose `mod.ts` exports the workflows. */
  readonly workflows: "workflows" | "case-workflows";
  /** The activity `slow` blocks the thread instead of sleeping. */
  readonly blocking?: boolean;
}

/** Starts a worker process and waits until it is ready. `kill` ends it without warning (`SIGKILL`). */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<{ kill(): Promise<void> }> {
  const file = fileURLToPath(new URL("worker-process.ts", import.meta.url));
  const child = spawn(process.execPath, [...runtimeArguments(), file], {
    env: {
      ...process.env,
      ADDRESS: options.address,
      TASK_QUEUE: options.taskQueue,
      WORKFLOWS: options.workflows,
      BLOCKING: options.blocking ? "yes" : "",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // A case that fails before it kills its worker must not leave it behind.
  const atExit = (): void => void child.kill("SIGKILL");
  process.once("exit", atExit);
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => {
      process.removeListener("exit", atExit);
      resolve();
    }),
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) =>
      reject(new Error(`the worker process ended with ${code} before it was ready`)),
    );
  });
  return {
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** How this runtime runs a TypeScript file of the tests. */
export function runtimeArguments(): readonly string[] {
  if ("Deno" in globalThis) return ["run", "--allow-all", "--quiet", "--no-check"];
  if ("Bun" in globalThis) return ["run"];
  return ["--import", "tsx"];
}
