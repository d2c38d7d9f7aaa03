/**
 * The shared sources made to run under the official SDK: `perdure/*` becomes `@temporalio/*`, and nothing else changes.
 * Workflows go through the official bundler with its own settings; activities are bundled by esbuild into one module.
 */
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";
import { build } from "esbuild";
import { cacheFolder, conformanceFolder, interopRoot, require } from "./paths.mjs";

const subpaths = ["activity", "client", "common", "worker", "workflow"];

function useOfficialSdk(config) {
  const alias = Object.fromEntries(
    subpaths.map((name) => [`perdure/${name}$`, require.resolve(`@temporalio/${name}`)]),
  );
  config.resolve.alias = { ...config.resolve.alias, ...alias };
  config.resolve.modules = [...config.resolve.modules, join(interopRoot, "node_modules")];
  return config;
}

/** Bundles a workflow module with the official bundler. */
export async function bundleWorkflows(workflowsPath, workflowInterceptorModules = []) {
  return await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    webpackConfigHook: useOfficialSdk,
    logger: new DefaultLogger("WARN"),
  });
}

/** Builds and loads a module of activities, by default those of the conformance scenarios. */
export async function loadActivities(path = join(conformanceFolder, "activities.ts")) {
  await mkdir(cacheFolder, { recursive: true });
  const outfile = join(cacheFolder, `${basename(dirname(path))}-activities.mjs`);
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "es2022",
    alias: Object.fromEntries(subpaths.map((name) => [`perdure/${name}`, `@temporalio/${name}`])),
    logLevel: "warning",
  });
  return { ...(await import(pathToFileURL(outfile).href)) };
}
