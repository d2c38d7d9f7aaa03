import type { Logger } from "../common/logger.ts";
import type { DataConverter } from "../converter/mod.ts";
import type { WorkerPlatform } from "../platform/worker-platform.ts";
import type { CompiledWorkerOptions } from "./compile-options.ts";
import { badOption, checkModulePath, checkNames } from "./option-checks.ts";
import type { BundlerOptions, WorkflowBundlePath } from "./options.ts";

/** Where a worker's workflow code comes from. */
export interface WorkflowCodeOptions {
  readonly options: CompiledWorkerOptions;
  readonly bundlerOptions: BundlerOptions | undefined;
  readonly dataConverter: DataConverter | undefined;
  readonly platform: Pick<WorkerPlatform, "bundle" | "readTextFile">;
  readonly logger: Logger;
}

/**
 * The text of the workflow bundle; undefined for a worker without workflows.
 *
 * @throws ValueError when the converters cannot reach the workflows
 */
export async function loadWorkflowCode(from: WorkflowCodeOptions): Promise<string | undefined> {
  const { options, bundlerOptions, dataConverter, platform, logger } = from;
  const { workflowBundle, workflowsPath, workflowModules } = options;
  if (workflowBundle !== undefined) {
    for (const [name, given] of [
      ["workflowsPath", workflowsPath !== undefined],
      ["bundlerOptions", bundlerOptions !== undefined],
      ["interceptors.workflowModules", workflowModules.length > 0],
    ] as const) {
      if (given)
        logger.warn(
          `WorkerOptions.${name} is ignored because workflowBundle is given; it belongs to bundleWorkflowCode`,
        );
    }
    return "code" in workflowBundle ? workflowBundle.code : readCode(workflowBundle, platform);
  }
  if (workflowsPath === undefined) return undefined;
  checkModulePath("workflowsPath", workflowsPath);
  checkNames("bundlerOptions.ignoreModules", bundlerOptions?.ignoreModules);
  checkNames("bundlerOptions.preloadModules", bundlerOptions?.preloadModules);
  for (const name of ["payloadConverter", "failureConverter"] as const) {
    if (dataConverter?.[name] === undefined) continue;
    throw badOption(
      `dataConverter.${name}`,
      dataConverter[name],
      `given as ${name}Path when there is a workflowsPath: workflows run in another thread, their bundle must import it`,
    );
  }
  return platform.bundle({
    workflowsPath,
    payloadConverterPath: dataConverter?.payloadConverterPath,
    failureConverterPath: dataConverter?.failureConverterPath,
    interceptorModules: workflowModules,
    ignoreModules: bundlerOptions?.ignoreModules,
    preloadModules: bundlerOptions?.preloadModules,
    sourceMap: true,
  });
}

async function readCode(
  { codePath }: WorkflowBundlePath,
  platform: Pick<WorkerPlatform, "readTextFile">,
): Promise<string> {
  try {
    return await platform.readTextFile(codePath);
  } catch (error) {
    throw badOption("workflowBundle.codePath", codePath, "a file that can be read", error);
  }
}

/**
 * The build id of a worker that was given none.
 *
 * @example
 * ```ts
 * await defaultBuildId("0.1.0", undefined); // "perdure@0.1.0"
 * ```
 */
export async function defaultBuildId(version: string, bundle: string | undefined): Promise<string> {
  if (bundle === undefined) return `perdure@${version}`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(bundle)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `perdure@${version}+${hex}`;
}
