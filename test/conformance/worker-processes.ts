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
  /** Megabytes of heap. Bun has no such limit: there the whole process has one of its address space, in which Bun begins with 2 GB. */
  readonly heapMb?: number;
}

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Fulfilled when the process is gone, killed or not. */
  readonly exited: Promise<void>;
  /** Ends it without warning (`SIGKILL`). */
  kill(): Promise<void>;
}

/** Starts a worker process and waits until it is ready. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const file = fileURLToPath(new URL("worker-process.ts", import.meta.url));
  const [program, args] = limited([process.execPath, ...runtimeArguments(options.heapMb), file], options);
  const child = spawn(program, args, {
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
    exited,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function limited(
  [program = "", ...args]: readonly string[],
  { heapMb }: WorkerProcessOptions,
): readonly [string, readonly string[]] {
  if (heapMb === undefined || !("Bun" in globalThis)) return [program, args];
  const limitKib = (BUN_ADDRESS_SPACE_MB + heapMb) * 1024;
  return ["sh", ["-c", `ulimit -v ${limitKib} && exec "$0" "$@"`, program, ...args]];
}

/** What a Bun process with a worker reserves without having used it. */
const BUN_ADDRESS_SPACE_MB = 5_000;

/** How this runtime runs a TypeScript file of the tests. */
export function runtimeArguments(heapMb?: number): readonly string[] {
  const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
  if ("Deno" in globalThis) {
    return ["run", "--allow-all", "--quiet", "--no-check", ...heap.map((flag) => `--v8-flags=${flag}`)];
  }
  if ("Bun" in globalThis) return ["run"];
  return [...heap, "--import", "tsx"];
}
