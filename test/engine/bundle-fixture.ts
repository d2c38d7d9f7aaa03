import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { type BundlerParts, bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { buildSharedSection, type SharedSection } from "../../runtimes/node-api/shared-section.ts";
import type { BundleRequest } from "../../src/platform/worker-platform.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const probe = fileURLToPath(new URL("./fixtures/probe-entry.ts", import.meta.url));

let section: Promise<SharedSection> | undefined;

/** The shared section with the stand-in runtime of `fixtures/probe-entry.ts`. */
export function probeSection(): Promise<SharedSection> {
  section ??= buildSharedSection(esbuild, root, probe);
  return section;
}

export interface Project extends AsyncDisposable {
  readonly folder: string;
  path(name: string): string;
  /** Bundles `workflows.ts` (or the given entry) with the stand-in runtime. */
  bundle(options?: Partial<BundleRequest>, parts?: BundlerParts): Promise<string>;
}

/** A folder with the given files, removed when the test is over. */
export async function project(files: { readonly [name: string]: string }): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "perdure-bundle-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    path,
    bundle: async (options = {}, parts = {}) =>
      bundleWorkflows(
        { workflowsPath: path("workflows.ts"), ...options },
        { esbuild, shared: await probeSection(), ...parts },
      ),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
