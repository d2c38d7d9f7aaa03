/** Programs of one file, each run where neither the package nor any other is near. */
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { pinned } from "../manifest.ts";
import { consumer, type Group, install, newFolder, succeeds } from "../suite.ts";

const last = "Hello, world!";

async function prepared(tarball: string): Promise<string> {
  const folder = consumer("single-file");
  await install(folder, [tarball, pinned("esbuild")]);
  await succeeds([process.execPath, "bundle.mjs"], { cwd: folder });
  return folder;
}

/** Moves what was built into an empty folder. */
function alone(folder: string, name: string): string {
  const elsewhere = newFolder("alone");
  copyFileSync(join(folder, name), join(elsewhere, name));
  return elsewhere;
}

async function nodeProgram(folder: string): Promise<void> {
  const args = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", "--outfile=out.mjs"];
  await succeeds([join(folder, "node_modules/.bin/esbuild"), "app.mjs", ...args], { cwd: folder });
  const elsewhere = alone(folder, "out.mjs");
  for (const runtime of ["node", "node-22", "node-24"] as const)
    await succeeds([runtimeCommand(runtime), "out.mjs"], { cwd: elsewhere, last });
}

async function bunProgram(folder: string): Promise<void> {
  await succeeds([runtimeCommand("bun"), "build", "--compile", "app.mjs", "--outfile", "bun-app"], {
    cwd: folder,
  });
  const elsewhere = alone(folder, "bun-app");
  await succeeds([join(elsewhere, "bun-app")], { cwd: elsewhere, last });
}

/**
 * `deno compile` puts a program into `denort`, which it downloads from dl.deno.land. Where that is out of reach (`DENORT_BIN` names a
 * copy), the program is compiled into Deno itself: that file does not start, but shows that all of the program is in it, and the
 * program runs with the same permissions and without any file of its own.
 */
async function denoProgram(folder: string): Promise<void> {
  const deno = runtimeCommand("deno");
  const denort = process.env["DENORT_BIN"];
  const compile = ["compile", "--no-check", "--allow-net=127.0.0.1", "--output", "deno-app", "app.mjs"];
  await succeeds([deno, ...compile], { cwd: folder, env: { DENORT_BIN: denort ?? deno } });
  const elsewhere = alone(folder, "deno-app");
  if (denort !== undefined) {
    await succeeds([join(elsewhere, "deno-app")], { cwd: elsewhere, last });
    return;
  }
  const image = readFileSync(join(elsewhere, "deno-app"));
  const parts = [
    ["the workflows", readFileSync(join(folder, "workflow-bundle.mjs"))],
    [
      "the program of workflow threads",
      readFileSync(join(folder, "node_modules/perdure/dist/runtimes/deno/thread-entry.js")),
    ],
  ] as const;
  for (const [name, content] of parts)
    if (!image.includes(content)) throw new Error(`${name}: not in what deno compile made`);
  await succeeds([deno, "run", "--no-prompt", "--no-check", "--allow-net=127.0.0.1", "app.mjs"], {
    cwd: folder,
    last,
  });
}

export const singleFileChecks: Group = {
  name: "single file",
  async checks(tarball) {
    const folder = await prepared(tarball);
    return [
      { name: "esbuild on node, node-22 and node-24", run: () => nodeProgram(folder) },
      { name: "bun build --compile", run: () => bunProgram(folder) },
      { name: "deno compile", run: () => denoProgram(folder) },
    ];
  },
};
