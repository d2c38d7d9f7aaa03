/**
 * What `npm pack` gives is what users get: publint and attw must be content with it, `deno publish --dry-run` with the JSR form, and a
 * fresh project must be able to import every subpath from the tarball. Writes its counts for `test/run.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { runtimeCommand } from "../harness/runtimes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, ".cache/packaging");
const npm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, unknown>;
};
const subpaths = Object.keys(npm.exports).filter((key) => key !== "./package.json");
const count = { passed: 0, failed: 0, skipped: 0 };

function check(name: string, program: string, args: readonly string[], cwd = root): string {
  const result = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const ok = result.status === 0;
  if (ok) count.passed++;
  else count.failed++;
  console.log(`${ok ? "ok    " : "FAILED"} ${name}`);
  if (!ok) console.log(`${result.stdout}${result.stderr}${result.error?.message ?? ""}`);
  return result.stdout;
}

function packed(): string {
  const printed = check("npm pack", "npm", ["pack", "--json", "--pack-destination", cache]);
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  return join(cache, filename);
}

/** A project of its own that imports every subpath from the tarball. */
function consumer(tarball: string): string {
  const folder = join(cache, "consumer");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  const imports = subpaths.map((key, index) => `import * as m${index} from "perdure${key.slice(1)}";`);
  const names = subpaths.map(
    (key, index) => `if (Object.keys(m${index}).length === 0) throw new Error("${key} exports nothing");`,
  );
  writeFileSync(
    join(folder, "all.mjs"),
    `${[...imports, ...names].join("\n")}\nconsole.log("imported");\nprocess.exit(0);\n`,
  );
  const requires = subpaths.map((key) => `require("perdure${key.slice(1)}");`);
  writeFileSync(join(folder, "all.cjs"), `${requires.join("\n")}\nprocess.exit(0);\n`);
  check(
    "npm install of the tarball",
    "npm",
    ["install", "--no-audit", "--no-fund", "--omit=optional", tarball],
    folder,
  );
  return folder;
}

rmSync(cache, { recursive: true, force: true });
mkdirSync(cache, { recursive: true });
const tarball = packed();
check("publint", "npx", ["publint", "--strict", tarball]);
check("attw --profile esm-only", "npx", ["attw", "--profile", "esm-only", tarball]);
const folder = consumer(tarball);
check("import of every subpath on Node", process.execPath, ["all.mjs"], folder);
check("import of every subpath on Bun", runtimeCommand("bun"), ["all.mjs"], folder);
check("import of every subpath on Deno", runtimeCommand("deno"), ["run", "--allow-all", "all.mjs"], folder);
check(
  "require of every subpath on Node",
  process.execPath,
  ["--experimental-require-module", "all.cjs"],
  folder,
);
const cli = "node_modules/perdure/dist/runtimes/node-api/cli.js";
const bundle = join(folder, "workflows.bundle.js");
writeFileSync(
  bundle,
  await bundleWorkflows({ workflowsPath: join(root, "test/conformance/workflows/mod.ts") }, { esbuild }),
);
const replay = ["replay", "--bundle", bundle, join(root, "test/histories/official-1.24.0-activity-*.json")];
check("npx perdure replay", "npx", ["perdure", ...replay], folder);
check("perdure replay on Bun", runtimeCommand("bun"), [cli, ...replay], folder);
check("perdure replay on Deno", runtimeCommand("deno"), ["run", "--allow-all", cli, ...replay], folder);
check("deno publish --dry-run", runtimeCommand("deno"), ["publish", "--dry-run", "--allow-dirty"]);
mkdirSync(join(root, ".cache/reports"), { recursive: true });
writeFileSync(join(root, ".cache/reports/packages.json"), JSON.stringify(count));
process.exitCode = count.failed > 0 ? 1 : 0;
