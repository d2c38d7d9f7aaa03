import { workerPlatform } from "#platform/worker";
import type { Logger } from "../common/logger.ts";
import { checkModulePath, checkNames } from "./option-checks.ts";
import type { WorkflowBundle } from "./options.ts";
import { refuseBundlerOptions } from "./unsupported-options.ts";

/** What {@link bundleWorkflowCode} bundles. */
export interface BundleOptions {
  /** Absolute path or `file:` URL of the module that exports the workflows; on Deno also an `https:` URL. */
  readonly workflowsPath: string;
  /** Module with an export `payloadConverter`, for workflows; the worker and clients need the same one. */
  readonly payloadConverterPath?: string | undefined;
  /** Module with an export `failureConverter`. */
  readonly failureConverterPath?: string | undefined;
  /** Modules that export `interceptors`, in order. Default: none. */
  readonly workflowInterceptorModules?: readonly string[] | undefined;
  /** Modules that workflow code imports but does not use: replaced by stubs that throw when used. Default: none. */
  readonly ignoreModules?: readonly string[] | undefined;
  /** Further modules evaluated once per thread and shared by all runs; they must keep no state. Default: none. */
  readonly preloadModules?: readonly string[] | undefined;
  /** Told, at level INFO, that the bundle is made and how large it is. Default: nobody. */
  readonly logger?: Logger | undefined;
}

/**
 * Bundles workflow code ahead of time, for the worker option `workflowBundle`: saves the time at each start, and a worker with a
 * bundle needs no esbuild.
 *
 * @throws BundleError when esbuild is missing, a module is not found, or the code cannot run in the workflow sandbox
 * @throws ValueError when `workflowsPath` is not an absolute path, or a list of modules is none, or an option of the official bundler
 *   is given that esbuild has none of
 *
 * @example
 * const { code } = await bundleWorkflowCode({ workflowsPath: new URL("./workflows.ts", import.meta.url).href });
 * const worker = await Worker.create({ connection, taskQueue: "orders", workflowBundle: { code } });
 */
export async function bundleWorkflowCode(options: BundleOptions): Promise<WorkflowBundle> {
  const { workflowsPath, workflowInterceptorModules, logger, ...rest } = options;
  refuseBundlerOptions(options, "BundleOptions");
  checkModulePath("workflowsPath", workflowsPath);
  checkNames("ignoreModules", rest.ignoreModules);
  checkNames("preloadModules", rest.preloadModules);
  const request = { workflowsPath, interceptorModules: workflowInterceptorModules, ...rest, sourceMap: true };
  const code = await workerPlatform.bundle(request);
  logger?.info("Workflow bundle created", { characters: code.length });
  return { code };
}
