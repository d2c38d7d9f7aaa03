import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BuildOptions, BuildResult, Metafile } from "esbuild";
import { writeBundle } from "../../src/engine/bundle.ts";
import { BundleError } from "../../src/engine/bundle-error.ts";
import { FACTORY_GLOBALS } from "../../src/engine/inside/inside.ts";
import type { BundleRequest } from "../../src/platform/worker-platform.ts";
import { type BundlePluginOptions, bundlePlugin, ENTRY_FILE, isVirtualInput } from "./bundle-plugin.ts";
import { asBundleError, forbiddenImports, refusedImports } from "./bundle-problems.ts";
import type { Esbuild } from "./esbuild.ts";
import { withEsbuild } from "./own-esbuild.ts";
import { BUNDLE_TARGET, type SharedSection, sharedSection } from "./shared-section.ts";
import { inputName, isWebModule } from "./web-modules.ts";

/** What differs between runtimes, and parts that tests replace. */
export interface BundlerParts {
  /** Whether modules of web servers are bundled: for a runtime that imports them itself. Default false. */
  readonly webModules?: boolean | undefined;
  readonly esbuild?: Esbuild | undefined;
  readonly shared?: SharedSection | undefined;
}

/**
 * Makes a workflow bundle. Rejects with a BundleError: esbuild missing, a file missing or with errors, a Node built-in imported,
 * top-level await, or an `import()` whose argument is not a literal.
 */
export async function bundleWorkflows(request: BundleRequest, parts: BundlerParts = {}): Promise<string> {
  const { esbuild } = parts;
  return esbuild === undefined
    ? withEsbuild((lent) => bundleWith(lent, request, parts))
    : bundleWith(esbuild, request, parts);
}

async function bundleWith(
  esbuild: Esbuild,
  request: BundleRequest,
  { shared, webModules = false }: BundlerParts,
): Promise<string> {
  const section = shared ?? (await sharedSection(esbuild));
  const preload = [...new Set(request.preloadModules ?? [])];
  const names = new Map<string, readonly string[] | undefined>(Object.entries(section.exports));
  const job: Job = { esbuild, request, names, folder: folderOf(request), webModules };
  const preloadSection = preload.length === 0 ? "" : await buildPreload(job, preload);
  const user = await buildUser(job);
  return writeBundle({
    perdure: section.perdure,
    wall: section.wallVersion,
    sharedSpecifiers: [...names.keys()],
    preloadSpecifiers: preload,
    target: BUNDLE_TARGET,
    shared: section.code,
    preload: preloadSection,
    user: user.code,
    sourceMap: user.sourceMap,
  });
}

interface Job {
  readonly esbuild: Esbuild;
  readonly request: BundleRequest;
  /** Shared specifiers with their export names; the preloaded ones are added when they are known. */
  readonly names: Map<string, readonly string[] | undefined>;
  /** Where relative and package specifiers are looked up from. */
  readonly folder: string;
  readonly webModules: boolean;
}

/** Workflows on a web server have no folder here: what else is named is looked up from where the program runs. */
function folderOf({ workflowsPath }: BundleRequest): string {
  return isWebModule(workflowsPath) ? process.cwd() : dirname(localPath(workflowsPath));
}

async function buildUser(job: Job): Promise<{ code: string; sourceMap: string }> {
  const { request } = job;
  const entry = [`export * as workflows from ${quote(localPath(request.workflowsPath))};`];
  const interceptors = [...new Set(request.interceptorModules ?? [])];
  interceptors.forEach((path, index) => {
    entry.push(`import * as interceptors${index} from ${quote(localPath(path))};`);
  });
  entry.push(
    `export const interceptorModules = [${interceptors.map((_, index) => `interceptors${index}`).join(", ")}];`,
  );
  for (const name of ["payloadConverter", "failureConverter"] as const) {
    const path = request[`${name}Path`];
    if (path !== undefined) entry.push(`export { ${name} } from ${quote(localPath(path))};`);
  }
  const { code, map } = await build(job, entry.join("\n"), request.sourceMap !== false);
  return { code, sourceMap: map === undefined ? "" : absoluteSources(map, job.folder) };
}

async function buildPreload(job: Job, preload: readonly string[]): Promise<string> {
  const clash = preload.filter((name) => (job.request.ignoreModules ?? []).includes(name));
  if (clash.length > 0)
    throw new BundleError(`Modules can't be both preloaded and ignored: ${clash.join(", ")}`);
  const entry = preload.map((name, index) => `import * as module${index} from ${quote(name)};`);
  const pairs = preload.map((name, index) => `${quote(name)}: module${index}`);
  entry.push(`export const modules = { ${pairs.join(", ")} };`);
  const { code } = await build(job, entry.join("\n"), false);
  await learnExports(job, preload);
  return code.replace(/return __user;\s*\}\)\s*$/, "return __user.modules; })");
}

/** Names that the preloaded ES modules export; CommonJS ones stay without. */
async function learnExports(job: Job, preload: readonly string[]): Promise<void> {
  const { metafile } = await run(job, {
    ...baseOptions(job, { forbidden: new Set(), refused: new Map() }),
    entryPoints: preload.map((name, index) => ({ in: localPath(name), out: `preload${index}` })),
    outdir: job.folder,
    format: "esm",
    sourcemap: false,
  });
  preload.forEach((name, index) => {
    const [, output] =
      Object.entries(metafile.outputs).find(([path]) => path.endsWith(`preload${index}.js`)) ?? [];
    const input = metafile.inputs[output?.entryPoint ?? ""];
    job.names.set(name, input?.format === "esm" ? output?.exports : undefined);
  });
}

/** One section: the text of a factory, with its source map. */
async function build(
  job: Job,
  entry: string,
  sourceMap: boolean,
): Promise<{ code: string; map: string | undefined }> {
  const forbidden = new Set<string>();
  const refused = new Map<string, string>();
  const result = await run(job, {
    ...baseOptions(job, { forbidden, refused }),
    stdin: { contents: entry, resolveDir: job.folder, sourcefile: ENTRY_FILE, loader: "js" },
    outfile: join(job.folder, "workflow-bundle.js"),
    format: "iife",
    globalName: "__user",
    sourcemap: sourceMap ? "external" : false,
    banner: { js: `(function (__globals, __shared) { const { ${FACTORY_GLOBALS.join(", ")} } = __globals;` },
    footer: { js: "return __user; })" },
  });
  if (refused.size > 0) throw refusedImports(result.metafile, refused);
  if (forbidden.size > 0) throw forbiddenImports(result.metafile, forbidden);
  const code = result.outputFiles.find((file) => file.path.endsWith(".js"))!.text;
  return {
    code: lighter(strict(code, result.metafile)),
    map: result.outputFiles.find((file) => file.path.endsWith(".map"))?.text,
  };
}

/** What was imported and must not be. */
type Findings = Pick<BundlePluginOptions, "forbidden" | "refused">;

function baseOptions(job: Job, findings: Findings): BuildOptions {
  return {
    absWorkingDir: job.folder,
    bundle: true,
    target: BUNDLE_TARGET,
    platform: "browser",
    keepNames: true,
    sourcesContent: false,
    legalComments: "none",
    logLevel: "silent",
    logOverride: { "unsupported-dynamic-import": "error" },
    plugins: [
      bundlePlugin({
        esbuild: job.esbuild,
        shared: job.names,
        webModules: job.webModules,
        ignoreModules: job.request.ignoreModules ?? [],
        ...findings,
      }),
    ],
  };
}

type Built = BuildResult<{ write: false; metafile: true }>;

async function run(job: Job, options: BuildOptions): Promise<Built> {
  try {
    return await job.esbuild.build({ ...options, write: false, metafile: true });
  } catch (error) {
    throw asBundleError(error);
  }
}

/**
 * ES modules are strict code, which the output format does not say by itself. CommonJS modules may be sloppy, and as they
 * end up in the same function, a bundle with one of them stays sloppy.
 */
function strict(code: string, metafile: Metafile): string {
  const sloppy = Object.entries(metafile.inputs).some(
    ([path, input]) => input.format === "cjs" && !isVirtualInput(path),
  );
  return sloppy ? code : code.replace("(__globals, __shared) {", '(__globals, __shared) { "use strict";');
}

const NAME_HELPER =
  'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';

/** Most functions have their right name already; defining it again costs time and memory in each run. */
function lighter(code: string): string {
  const quick = NAME_HELPER.replace("=> __defProp", "=> target.name === value ? target : __defProp");
  return code.replace(NAME_HELPER, quick);
}

function absoluteSources(map: string, folder: string): string {
  // Made by esbuild a moment ago.
  const parsed = JSON.parse(map) as { sources: string[] };
  parsed.sources = parsed.sources.map((source) =>
    isVirtualInput(source) || source.endsWith(ENTRY_FILE)
      ? `perdure:${source}`
      : isWebModule(inputName(source))
        ? inputName(source)
        : resolve(folder, source),
  );
  return JSON.stringify(parsed);
}

function localPath(path: string): string {
  return path.startsWith("file:") ? fileURLToPath(path) : path;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
