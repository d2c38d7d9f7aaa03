/** The main job and every subpath, from the tarball, on each runtime. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { bundleWorkflows } from "../../../runtimes/node-api/bundler.ts";
import { type RuntimeVersion, runtimeCommand } from "../../harness/runtimes.ts";
import { pinned, subpaths } from "../manifest.ts";
import { type Check, consumer, type Group, install, root, succeeds } from "../suite.ts";

const CLI = "node_modules/perdure/dist/runtimes/node-api/cli.js";
const all = `${subpaths.length} subpaths`;

function program(runtime: RuntimeVersion, file: string): [string, ...string[]] {
  return runtime === "deno" ? [runtimeCommand("deno"), "run", "-A", file] : [runtimeCommand(runtime), file];
}

function onRuntime(folder: string, runtime: RuntimeVersion): Check[] {
  const checks: Check[] = [
    {
      name: `the main job on ${runtime}`,
      run: () => succeeds(program(runtime, "job.mjs"), { cwd: folder, last: "Hello, world!" }),
    },
    {
      name: `import of every subpath on ${runtime}`,
      run: () => succeeds(program(runtime, "imports.mjs"), { cwd: folder, last: all }),
    },
  ];
  if (runtime === "deno") return checks;
  checks.push({
    name: `require of every subpath on ${runtime}`,
    run: () => succeeds(program(runtime, "requires.cjs"), { cwd: folder, last: all }),
  });
  return checks;
}

async function replay(folder: string): Promise<Check[]> {
  const bundle = join(folder, "workflows.bundle.js");
  const workflowsPath = join(root, "test/conformance/workflows/mod.ts");
  writeFileSync(bundle, await bundleWorkflows({ workflowsPath }, { esbuild }));
  const histories = join(root, "test/histories/official-1.24.0-activity-*.json");
  const args = ["replay", "--bundle", bundle, histories];
  return [
    { name: "npx perdure replay", run: () => succeeds(["npx", "perdure", ...args], { cwd: folder }) },
    {
      name: "perdure replay on bun",
      run: () => succeeds([...program("bun", CLI), ...args], { cwd: folder }),
    },
    {
      name: "perdure replay on deno",
      run: () => succeeds([...program("deno", CLI), ...args], { cwd: folder }),
    },
  ];
}

export const runtimeChecks: Group = {
  name: "runtimes",
  async checks(tarball) {
    const folder = consumer("job");
    await install(folder, [tarball, pinned("esbuild")]);
    const runtimes: readonly RuntimeVersion[] = ["node", "node-22", "node-24", "bun", "deno"];
    return [...runtimes.flatMap((runtime) => onRuntime(folder, runtime)), ...(await replay(folder))];
  },
};
