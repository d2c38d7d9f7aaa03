import { testingPlatform } from "#platform/testing";

/**
 * Workflow interceptors that make a failed assertion in workflow code (of `node:assert`, or of another library whose errors are named
 * `AssertionError`) fail the workflow, or the update, at once; without them it fails the workflow task, which is retried.
 *
 * @example
 * ```ts
 * const worker = await Worker.create({
 *   connection: env.nativeConnection,
 *   taskQueue: "tests",
 *   workflowsPath,
 *   interceptors: { workflowModules: workflowInterceptorModules },
 * });
 * ```
 */
export const workflowInterceptorModules: string[] = [testingPlatform.assertionInterceptors()];
