import { workerPlatform } from "#platform/worker";
import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type { BundlerOptions, WorkflowBundle } from "./options.ts";

/** What {@link bundleWorkflowCode} makes a bundle of. */
export interface BundleOptions extends BundlerOptions {
  /** Absolute path or file URL of the module that exports the workflows. */
  readonly workflowsPath: string;
  /** Modules that export `interceptors(): WorkflowInterceptors`. */
  readonly workflowInterceptorModules?: readonly string[] | undefined;
  /** Module that exports `payloadConverter`. */
  readonly payloadConverterPath?: string | undefined;
  /** Module that exports `failureConverter`. */
  readonly failureConverterPath?: string | undefined;
}

/**
 * Bundles workflow code beforehand, so that workers start without a bundler. Needs esbuild.
 *
 * @throws BundleError when the code cannot be bundled, or esbuild is missing
 * @throws ValueError when an option is not usable
 *
 * @example
 * ```ts
 * const { code } = await bundleWorkflowCode({ workflowsPath: new URL("./workflows.ts", import.meta.url).href });
 * await writeFile("workflow-bundle.js", code);
 * ```
 */
export async function bundleWorkflowCode(options: BundleOptions): Promise<WorkflowBundle> {
  const { workflowsPath, workflowInterceptorModules, ...rest } = options;
  if (typeof workflowsPath !== "string" || workflowsPath === "") {
    throw new ValueError(
      `BundleOptions.workflowsPath is ${showValue(workflowsPath)}; it must be an absolute path or a file URL`,
    );
  }
  const request = { ...rest, workflowsPath, interceptorModules: workflowInterceptorModules, sourceMap: true };
  return { code: await workerPlatform.bundle(request) };
}
